/** The specifications that `@spec` tags and test titles may cite. One that is missing here is a line to add. */

export interface Specification {
  /** What tags and titles write, before the section. */
  readonly name: string
  readonly title: string
  readonly url: string
}

const RFCS: Readonly<Record<number, string>> = {
  2104: 'HMAC: Keyed-Hashing for Message Authentication',
  3218: 'Preventing the Million Message Attack on Cryptographic Message Syntax',
  3629: 'UTF-8, a transformation format of ISO 10646',
  3986: 'Uniform Resource Identifier (URI): Generic Syntax',
  4055: 'Additional Algorithms and Identifiers for RSA Cryptography for use in the Internet X.509 PKI',
  4231: 'Identifiers and Test Vectors for HMAC-SHA-224, HMAC-SHA-256, HMAC-SHA-384, and HMAC-SHA-512',
  4253: 'The Secure Shell (SSH) Transport Layer Protocol',
  4291: 'IP Version 6 Addressing Architecture',
  4514: 'Lightweight Directory Access Protocol (LDAP): String Representation of Distinguished Names',
  4648: 'The Base16, Base32, and Base64 Data Encodings',
  5280: 'Internet X.509 Public Key Infrastructure Certificate and CRL Profile',
  5646: 'Tags for Identifying Languages',
  5849: 'The OAuth 1.0 Protocol',
  5869: 'HMAC-based Extract-and-Expand Key Derivation Function (HKDF)',
  5915: 'Elliptic Curve Private Key Structure',
  5958: 'Asymmetric Key Packages',
  6125: 'Representation and Verification of Domain-Based Application Service Identity within Internet Public Key Infrastructure Using X.509 Certificates in the Context of Transport Layer Security',
  6265: 'HTTP State Management Mechanism',
  6749: 'The OAuth 2.0 Authorization Framework',
  6750: 'The OAuth 2.0 Authorization Framework: Bearer Token Usage',
  6819: 'OAuth 2.0 Threat Model and Security Considerations',
  6890: 'Special-Purpose IP Address Registries',
  7009: 'OAuth 2.0 Token Revocation',
  7033: 'WebFinger',
  7468: 'Textual Encodings of PKIX, PKCS, and CMS Structures',
  7515: 'JSON Web Signature (JWS)',
  7516: 'JSON Web Encryption (JWE)',
  7517: 'JSON Web Key (JWK)',
  7518: 'JSON Web Algorithms (JWA)',
  7519: 'JSON Web Token (JWT)',
  7520: 'Examples of Protecting Content Using JSON Object Signing and Encryption (JOSE)',
  7521: 'Assertion Framework for OAuth 2.0 Client Authentication and Authorization Grants',
  7522: 'SAML 2.0 Profile for OAuth 2.0 Client Authentication and Authorization Grants',
  7523: 'JSON Web Token (JWT) Profile for OAuth 2.0 Client Authentication and Authorization Grants',
  7591: 'OAuth 2.0 Dynamic Client Registration Protocol',
  7592: 'OAuth 2.0 Dynamic Client Registration Management Protocol',
  7617: "The 'Basic' HTTP Authentication Scheme",
  7636: 'Proof Key for Code Exchange by OAuth Public Clients',
  7638: 'JSON Web Key (JWK) Thumbprint',
  7662: 'OAuth 2.0 Token Introspection',
  7748: 'Elliptic Curves for Security',
  7797: 'JSON Web Signature (JWS) Unencoded Payload Option',
  7800: 'Proof-of-Possession Key Semantics for JSON Web Tokens (JWTs)',
  8017: 'PKCS #1: RSA Cryptography Specifications Version 2.2',
  8018: 'PKCS #5: Password-Based Cryptography Specification Version 2.1',
  8032: 'Edwards-Curve Digital Signature Algorithm (EdDSA)',
  8037: 'CFRG Elliptic Curve Diffie-Hellman (ECDH) and Signatures in JSON Object Signing and Encryption (JOSE)',
  8176: 'Authentication Method Reference Values',
  8252: 'OAuth 2.0 for Native Apps',
  8259: 'The JavaScript Object Notation (JSON) Data Interchange Format',
  8410: 'Algorithm Identifiers for Ed25519, Ed448, X25519, and X448',
  8414: 'OAuth 2.0 Authorization Server Metadata',
  8417: 'Security Event Token (SET)',
  8615: 'Well-Known Uniform Resource Identifiers (URIs)',
  8439: 'ChaCha20 and Poly1305 for IETF Protocols',
  8628: 'OAuth 2.0 Device Authorization Grant',
  8693: 'OAuth 2.0 Token Exchange',
  8705: 'OAuth 2.0 Mutual-TLS Client Authentication and Certificate-Bound Access Tokens',
  8707: 'Resource Indicators for OAuth 2.0',
  8709: 'Ed25519 and Ed448 Public Key Algorithms for the Secure Shell (SSH) Protocol',
  8725: 'JSON Web Token Best Current Practices',
  8812: 'COSE and JOSE Registrations for Web Authentication (WebAuthn) Algorithms',
  9068: 'JSON Web Token (JWT) Profile for OAuth 2.0 Access Tokens',
  9101: 'The OAuth 2.0 Authorization Framework: JWT-Secured Authorization Request (JAR)',
  9110: 'HTTP Semantics',
  9111: 'HTTP Caching',
  9112: 'HTTP/1.1',
  9126: 'OAuth 2.0 Pushed Authorization Requests',
  9207: 'OAuth 2.0 Authorization Server Issuer Identification',
  9278: 'JWK Thumbprint URI',
  9396: 'OAuth 2.0 Rich Authorization Requests',
  9440: 'Client-Cert HTTP Header Field',
  9449: 'OAuth 2.0 Demonstrating Proof of Possession (DPoP)',
  9470: 'OAuth 2.0 Step Up Authentication Challenge Protocol',
  9700: 'Best Current Practice for OAuth 2.0 Security',
  9701: 'JSON Web Token (JWT) Response for OAuth Token Introspection',
  9728: 'OAuth 2.0 Protected Resource Metadata',
  9864: 'Fully-Specified Algorithms for JOSE and COSE',
  9881: 'Internet X.509 Public Key Infrastructure -- Algorithm Identifiers for the Module-Lattice-Based Digital Signature Algorithm (ML-DSA)',
  9901: 'Selective Disclosure for JSON Web Tokens',
  9964: 'ML-DSA for JSON Object Signing and Encryption (JOSE) and CBOR Object Signing and Encryption (COSE)',
  10017: 'OAuth 2.0 for Browser-Based Applications',
}

const OPENID = 'https://openid.net/specs'

/** All of them: RFCs by number, then the others in the order of the alphabet. */
export const specifications: readonly Specification[] = [
  ...Object.entries(RFCS).map(([number, title]) => ({
    name: `RFC ${number}`,
    title,
    url: `https://www.rfc-editor.org/rfc/rfc${number}`,
  })),
  {
    name: 'CIBA Core',
    title: 'OpenID Connect Client-Initiated Backchannel Authentication Flow - Core 1.0',
    url: `${OPENID}/openid-client-initiated-backchannel-authentication-core-1_0.html`,
  },
  {
    name: 'draft-amringer-jose-chacha-02',
    title: 'Chacha derived AEAD algorithms in JSON Object Signing and Encryption (JOSE) (draft)',
    url: 'https://datatracker.ietf.org/doc/html/draft-amringer-jose-chacha-02',
  },
  {
    name: 'draft-ietf-oauth-attestation-based-client-auth',
    title: 'OAuth 2.0 Attestation-Based Client Authentication (draft)',
    url: 'https://datatracker.ietf.org/doc/draft-ietf-oauth-attestation-based-client-auth/',
  },
  {
    name: 'draft-ietf-oauth-browser-based-apps',
    title: 'OAuth 2.0 for Browser-Based Applications',
    url: 'https://datatracker.ietf.org/doc/draft-ietf-oauth-browser-based-apps/',
  },
  {
    name: 'draft-ietf-oauth-client-id-metadata-document',
    title: 'OAuth Client ID Metadata Document (draft)',
    url: 'https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/',
  },
  {
    name: 'draft-ietf-oauth-identity-assertion-authz-grant',
    title: 'Identity Assertion JWT Authorization Grant (draft)',
    url: 'https://datatracker.ietf.org/doc/draft-ietf-oauth-identity-assertion-authz-grant/',
  },
  {
    name: 'draft-ietf-oauth-status-list',
    title: 'Token Status List (draft)',
    url: 'https://datatracker.ietf.org/doc/draft-ietf-oauth-status-list/',
  },
  {
    name: 'draft-irtf-cfrg-xchacha-03',
    title: 'XChaCha: eXtended-nonce ChaCha and AEAD_XChaCha20_Poly1305 (draft)',
    url: 'https://datatracker.ietf.org/doc/html/draft-irtf-cfrg-xchacha-03',
  },
  {
    name: 'draft-madden-jose-ecdh-1pu-04',
    title: 'Public Key Authenticated Encryption for JOSE: ECDH-1PU (draft)',
    url: 'https://datatracker.ietf.org/doc/html/draft-madden-jose-ecdh-1pu-04',
  },
  {
    name: 'FAPI 2.0 Message Signing',
    title: 'FAPI 2.0 Message Signing',
    url: `${OPENID}/fapi-message-signing-2_0-final.html`,
  },
  {
    name: 'FAPI 2.0 Security Profile',
    title: 'FAPI 2.0 Security Profile',
    url: `${OPENID}/fapi-security-profile-2_0-final.html`,
  },
  {
    name: 'FAPI-CIBA',
    title: 'Financial-grade API: Client Initiated Backchannel Authentication Profile',
    url: `${OPENID}/openid-financial-api-ciba-ID1.html`,
  },
  {
    name: 'Grant Management for OAuth 2.0',
    title: 'Grant Management for OAuth 2.0 (draft)',
    url: `${OPENID}/oauth-v2-grant-management.html`,
  },
  {
    name: 'JARM',
    title: 'JWT Secured Authorization Response Mode for OAuth 2.0 (JARM)',
    url: `${OPENID}/oauth-v2-jarm.html`,
  },
  {
    name: 'MCP Authorization',
    title: 'Model Context Protocol: Authorization, 2026-07-28',
    url: 'https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization',
  },
  {
    name: 'OAuth Request Body Hash',
    title: 'OAuth Request Body Hash (draft)',
    url: 'https://datatracker.ietf.org/doc/html/draft-eaton-oauth-bodyhash-00',
  },
  {
    name: 'OAuth 2.0 Form Post Response Mode',
    title: 'OAuth 2.0 Form Post Response Mode',
    url: `${OPENID}/oauth-v2-form-post-response-mode-1_0.html`,
  },
  {
    name: 'OAuth 2.0 Multiple Response Types',
    title: 'OAuth 2.0 Multiple Response Type Encoding Practices',
    url: `${OPENID}/oauth-v2-multiple-response-types-1_0.html`,
  },
  {
    name: 'OAuth 2.1',
    title: 'The OAuth 2.1 Authorization Framework (draft)',
    url: 'https://datatracker.ietf.org/doc/draft-ietf-oauth-v2-1/',
  },
  {
    name: 'OpenID Connect Back-Channel Logout',
    title: 'OpenID Connect Back-Channel Logout 1.0',
    url: `${OPENID}/openid-connect-backchannel-1_0.html`,
  },
  { name: 'OpenID Connect Core', title: 'OpenID Connect Core 1.0', url: `${OPENID}/openid-connect-core-1_0.html` },
  {
    name: 'OpenID Connect Discovery',
    title: 'OpenID Connect Discovery 1.0',
    url: `${OPENID}/openid-connect-discovery-1_0.html`,
  },
  {
    name: 'OpenID Connect Front-Channel Logout',
    title: 'OpenID Connect Front-Channel Logout 1.0',
    url: `${OPENID}/openid-connect-frontchannel-1_0.html`,
  },
  {
    name: 'OpenID Connect Registration',
    title: 'OpenID Connect Dynamic Client Registration 1.0',
    url: `${OPENID}/openid-connect-registration-1_0.html`,
  },
  {
    name: 'OpenID Connect Native SSO',
    title: 'OpenID Connect Native SSO for Mobile Apps 1.0 (draft)',
    url: `${OPENID}/openid-connect-native-sso-1_0.html`,
  },
  {
    name: 'OpenID Connect Prompt Create',
    title: 'Initiating User Registration via OpenID Connect 1.0',
    url: `${OPENID}/openid-connect-prompt-create-1_0.html`,
  },
  {
    name: 'OpenID Connect RP Metadata Choices',
    title: 'OpenID Connect Relying Party Metadata Choices 1.0',
    url: `${OPENID}/openid-connect-rp-metadata-choices-1_0.html`,
  },
  {
    name: 'OpenID Connect RP-Initiated Logout',
    title: 'OpenID Connect RP-Initiated Logout 1.0',
    url: `${OPENID}/openid-connect-rpinitiated-1_0.html`,
  },
  {
    name: 'OpenID Connect Session Management',
    title: 'OpenID Connect Session Management 1.0',
    url: `${OPENID}/openid-connect-session-1_0.html`,
  },
  {
    name: 'OpenID Connect Unmet Authentication Requirements',
    title: 'OpenID Connect Core Error Code unmet_authentication_requirements',
    url: `${OPENID}/openid-connect-unmet-authentication-requirements-1_0.html`,
  },
]

/** One citation in a string, such as `RFC 6749 §4.1.2`. */
export interface Citation {
  readonly name: string
  readonly sections: readonly string[]
}

const NAMES = specifications.map(({ name }) => name.replaceAll('.', String.raw`\.`)).sort((a, b) => b.length - a.length)
const SECTIONS = String.raw`(?:,? §[0-9A-Z]+(?:\.[0-9]+)*)*`
const CITATION = `(?<name>${NAMES.join('|')}|RFC [0-9]+)(?: 1\\.0)?(?<sections>${SECTIONS})(?![0-9])`

/** Everything a string cites, unknown RFCs included. OIDC is short for OpenID Connect. */
export function findCitations(text: string): Citation[] {
  return [...longForm(text).matchAll(new RegExp(CITATION, 'g'))].map(toCitation)
}

/** The one citation a string consists of, or undefined when it is not one. */
export function parseCitation(text: string): Citation | undefined {
  const match = new RegExp(`^${CITATION}$`).exec(longForm(text))
  return match === null ? undefined : toCitation(match)
}

export function isKnown(name: string): boolean {
  return specifications.some((specification) => specification.name === name)
}

function longForm(text: string): string {
  return text.replaceAll(/\bOIDC\b/g, 'OpenID Connect')
}

function toCitation({ groups = {} }: RegExpExecArray): Citation {
  return { name: groups['name'] ?? '', sections: groups['sections']?.match(/§[0-9A-Z.]+/g) ?? [] }
}
