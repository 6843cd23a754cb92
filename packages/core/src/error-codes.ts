/**
 * Every `code` of an {@link AuthlibError}, with what it means and what to do. The page `docs/guide/errors.md` is made of
 * these comments, and a code that is missing here does not compile. The value says where a code comes from.
 *
 * A feature of your own adds its codes by declaration merging:
 *
 *     declare module '@authlib/core' {
 *       interface ErrorCodes {
 *         payment_required: 'server'
 *       }
 *     }
 */
export interface ErrorCodes {
  /** The end-user or the server refused. Fix: offer to start the login again. */
  access_denied: 'client' | 'server'
  /** The client asks that the end-user chooses an account, and `prompt=none` forbids to ask. Fix: log in without `prompt=none`. */
  account_selection_required: 'client' | 'server'
  /** The API gave no answer that can be passed on to the browser. Fix: see `reason` and `cause`. */
  api_unavailable: 'client'
  /** The authorization server refused with a code of its own. Fix: see `reason`. */
  authorization_failed: 'client'
  /** The end-user has not answered yet. Fix: ask again after the interval; `deviceAuthorization` does. */
  authorization_pending: 'client' | 'server'
  /** No key verifies the signature. Fix: check issuer, key set and algorithm; the token may have been changed. */
  bad_signature: 'jose'
  /** The body of the request was read before. Fix: mount before anything reads the body, or keep its text in `request.body`. */
  body_used: 'core'
  /** The client source cannot save, update or remove clients. Fix: use storedClients; or take the client out of your list and revoke its authorizations. */
  clients_are_fixed: 'server'
  /** Two features write the same member of an authorization. Fix: rename one, or register only one of them. */
  conflicting_data: 'server'
  /** Two features publish different values of one metadata member. Fix: register only one of them. */
  conflicting_metadata: 'server'
  /** The end-user must consent, and `prompt=none` forbids to ask. Fix: log in without `prompt=none`. */
  consent_required: 'client' | 'server'
  /** The token is not in the serialization it should be in. Fix: pass the bare token, without `Bearer` and line breaks. */
  decode_error: 'jose'
  /** The content cannot be decrypted; the message is the same for every cause. Fix: check that the key is the recipient's. */
  decryption_failed: 'jose'
  /** Two mountables or endpoints have the same path. Fix: change one of the paths. */
  duplicate_path: 'core' | 'server'
  /** Something of this name is registered already. Fix: register it once, or give it another name. */
  duplicate_registration: 'server'
  /** A parameter of OAuth 1 came twice, in one place or in two. Fix: send each once, in the header, the query or the form. */
  duplicated_oauth_protocol_parameter: 'resource' | 'server'
  /** The input is larger than its limit. Fix: raise `maxSize` if you expect such tokens. */
  exceeded_size: 'jose'
  /** The `login_hint_token` of a back-channel authentication request is too old. Fix: get a new one. */
  expired_login_hint_token: 'client' | 'server'
  /** `exp`, or `iat` and `maxAge`, lie in the past. Fix: get a new token; check the clocks, or allow a `leeway`. */
  expired_token: 'jose' | 'client' | 'server'
  /** The host of a URL that someone else chose is not on the public internet. Fix: none, unless you chose the URL. */
  forbidden_address: 'core'
  /** A token was to be sent to an origin that is not allowed. Fix: add the origin to `apiOrigins` if it may have the token. */
  foreign_origin: 'client'
  /** The token belongs to another client. Fix: ask with the client that obtained it. */
  foreign_token: 'client'
  /** `nbf` or `iat` lie in the future. Fix: check the clocks and that times are in seconds, or allow a `leeway`. */
  immature_token: 'jose'
  /** A claim that is to be signed looks like a secret. Fix: leave it out, or encrypt the token. */
  insecure_claim: 'jose'
  /** Other users of this machine can read the database file. Fix: restrict its mode, such as `chmod 600`. */
  insecure_file: 'store'
  /** A URL is not https, or names a user or password. Fix: use https; plain http is accepted for loopback hosts. */
  insecure_transport: 'core'
  /** The token is valid but lacks scope for this operation. Fix: ask for the scope in `WWW-Authenticate`. */
  insufficient_scope: 'resource' | 'server'
  /** The end-user must authenticate again, or more strongly, for this resource. Fix: log in with the `acr_values` and `max_age` of the challenge. */
  insufficient_user_authentication: 'resource'
  /** The end-user must act, and `prompt=none` forbids to ask. Fix: log in without `prompt=none`. */
  interaction_required: 'client' | 'server'
  /** The introspection endpoint refused the request. Fix: check how this resource server is registered and authenticates. */
  introspection_refused: 'resource'
  /** The server does not know or does not allow these `authorization_details`. Fix: see its `authorization_details_types_supported`. */
  invalid_authorization_details: 'client'
  /** A batch breaks a rule of the store contract. Fix: change the feature that made it; the message names the rule. */
  invalid_batch: 'store'
  /** The `binding_message` cannot be shown on the device of the end-user. Fix: send at most 64 letters, digits and signs of punctuation. */
  invalid_binding_message: 'client' | 'server'
  /** The callback is not a valid authorization response. Fix: see `reason`. */
  invalid_callback: 'client'
  /** A claim does not meet the policy. Fix: see `claim` and `reason`. */
  invalid_claim: 'jose'
  /** The client is unknown, or did not authenticate as registered. Fix: check id, secret and authentication method. */
  invalid_client: 'client' | 'server'
  /** Client metadata is wrong. Fix: see the message or `reason`, which name the member. */
  invalid_client_metadata: 'client' | 'server'
  /** The name of a registered client is taken or malformed. Fix: use letters, digits, `_` and `-`. */
  invalid_client_name: 'client'
  /** The cursor does not come from this store. Fix: pass `next` of the page before, or start again without a cursor. */
  invalid_cursor: 'store'
  /** A DPoP proof is missing or not valid. Fix: see `reason`; sign one proof for each request. */
  invalid_dpop_proof: 'resource' | 'server' | 'client'
  /** Text is not strict base64 or UTF-8. Fix: send it without padding (base64url) or in canonical form. */
  invalid_encoding: 'core'
  /** The code, refresh token or assertion is not valid for this client. Fix: log in again; see `reason` on the server. */
  invalid_grant: 'client' | 'server'
  /** The grant that the request refers to is unknown, or of another client or end-user. Fix: ask for a new one with `grant_management_action=create`. */
  invalid_grant_id: 'client' | 'server'
  /** A header parameter of a token has the wrong form, or its `typ` is another. Fix: see `reason`. */
  invalid_header: 'jose'
  /** The ID Token is not valid. Fix: see `reason` and `cause`. */
  invalid_id_token: 'client'
  /** The issuer is not an https URL without query and fragment. Fix: pass the issuer exactly as its metadata writes it. */
  invalid_issuer: 'core'
  /** Text is not JSON, is nested too deep, or has a member twice. Fix: correct the sender. */
  invalid_json: 'core'
  /** The key is malformed, weak, or not for this use. Fix: see `reason`. */
  invalid_key: 'jose'
  /** The metadata of the authorization server is not valid. Fix: see `reason`, or pass `metadata` by hand. */
  invalid_metadata: 'client'
  /** The nonce of a signed request was used before. Fix: sign each attempt afresh. */
  invalid_nonce: 'resource' | 'server'
  /** The payload is not a JSON object, or does not fit the schema. Fix: see `reason`. */
  invalid_payload: 'jose'
  /** A redirect URI of the registration is not allowed. Fix: register https URLs, or what the server allows for native apps. */
  invalid_redirect_uri: 'client' | 'server'
  /** The request lacks or repeats a parameter, or is malformed. Fix: see the description. */
  invalid_request: 'client' | 'core' | 'resource' | 'server'
  /** The request object is not valid. Fix: see the description. */
  invalid_request_object: 'client' | 'server'
  /** The `request_uri` is unknown, expired, or used. Fix: push the request again. */
  invalid_request_uri: 'client' | 'server'
  /** The identifier of a resource is not an https URL without query and fragment. Fix: correct `resource`. */
  invalid_resource: 'resource'
  /** The authorization server sent an answer that is not valid. Fix: see `reason`. */
  invalid_response: 'client'
  /** The scope is unknown, malformed, or more than the client may ask for. Fix: register the scope for the client. */
  invalid_scope: 'client' | 'server'
  /** The signature of a request is not valid. Fix: check secrets, URL and parameters; behind a proxy check `origin`. */
  invalid_signature: 'resource' | 'server'
  /** The server does not accept the software statement. Fix: get a new one from its issuer. */
  invalid_software_statement: 'client' | 'server'
  /** The subject of a login cannot be stored: it is empty or too long. Fix: use the id of the account, of at most 255 bytes. */
  invalid_subject: 'server'
  /** The requested resource or audience is unknown. Fix: ask for a resource that the server knows. */
  invalid_target: 'client' | 'server'
  /** The access token is not valid here. Fix: get a new one; `reason` tells the resource server why. */
  invalid_token: 'client' | 'resource' | 'server'
  /** The `user_code` is not the one of this end-user. Fix: ask the end-user again. */
  invalid_user_code: 'client' | 'server'
  /** The answer of the userinfo endpoint is not valid. Fix: see `reason`. */
  invalid_userinfo: 'client'
  /** A variable of a preset, such as a tenant or a shop, is missing or has not the shape it must have. Fix: see `hint`. */
  invalid_variable: 'client'
  /** A callback or document comes from another issuer than the one configured. Fix: make both equal, to the character. */
  issuer_mismatch: 'client'
  /** No key of the set fits the token. Fix: see `reason`; check the issuer and that the key set is complete. */
  key_not_found: 'jose'
  /** A remote key set could not be loaded, and none was kept. Fix: see `cause`; check the URL and the network. */
  key_set_unavailable: 'jose'
  /** The provider said that its session ended, before the login with it was finished. Fix: offer to start again. */
  login_ended: 'client'
  /** The callback came after the login's lifetime. Fix: offer to start again. */
  login_expired: 'client'
  /** Nothing is left to refresh with, or `prompt=none` found no login. Fix: log in; ask for `offline_access`. */
  login_required: 'client' | 'server'
  /** A login does not fit into a cookie. Fix: keep `data` below 2 kB. */
  login_too_large: 'client'
  /** The callback was loaded twice. Fix: redirect after a login, so that a reload does not repeat the callback. */
  login_used: 'client'
  /** The callback is neither GET nor POST. Fix: route only these methods to it. */
  method_not_allowed: 'core'
  /** No login of this browser matches the callback. Fix: use one host name for login and callback; see `reason`. */
  mismatching_state: 'client'
  /** An extension of one grant has hooks that run before the grant is known. Fix: register it by `registerExtension`. */
  misplaced_extension: 'server'
  /** The token has no `alg`. Fix: none; such a token is not signed. */
  missing_algorithm: 'jose'
  /** A required claim is missing. Fix: see `claim`; issue it, or relax the policy. */
  missing_claim: 'jose'
  /** The metadata names no such endpoint. Fix: set it in `metadata`, or do without. */
  missing_endpoint: 'client'
  /** A grant lacks an extension that makes it safe. Fix: register the extension that the hint names. */
  missing_extension: 'server'
  /** The server has no login and consent pages. Fix: register `redirectInteraction(…)`. */
  missing_interaction: 'server'
  /** The callback lacks the `iss` that the server promises. Fix: find out what removes the parameter. */
  missing_issuer: 'client'
  /** Something needs keys, and there are none. Fix: pass `keys`, such as `storedKeys({ store, secrets })`. */
  missing_keys: 'resource' | 'server'
  /** The issuer publishes no metadata. Fix: check the issuer, or pass its endpoints in `metadata`. */
  missing_metadata: 'client'
  /** A signed request lacks a parameter of the protocol. Fix: send the parameter that the message names. */
  missing_required_parameter: 'resource' | 'server'
  /** The token lacks scope that the call needs. Fix: ask for the scope at login. */
  missing_scope: 'client'
  /** The secret of a client is needed as a key and cannot be kept or read. Fix: pass `sealer` to storedClients. */
  missing_secret_sealer: 'server'
  /** The login does not say who logged in. Fix: give `loginRoutes` an `identify`, or use a client with a profile. */
  missing_subject: 'client'
  /** There is no token. Fix: send one as `Authorization: Bearer …`, or log the account in. */
  missing_token: 'client' | 'resource'
  /** Sessions need a token store, and there is none. Fix: pass `tokens` to `OAuth`. */
  missing_token_store: 'client'
  /** The end-user must give a `user_code`. Fix: ask for it, and send the request again with it. */
  missing_user_code: 'client' | 'server'
  /** The callback of an OAuth 1 login has no verifier. Fix: none at this end, unless the provider has no revision A: see `insecureWithoutVerifier`. */
  missing_verifier: 'client'
  /** A server could not be reached. Fix: see `reason`; check DNS, TLS and proxies. */
  network_error: 'core'
  /** Development pages were registered for an issuer that is not on loopback. Fix: register pages of your own. */
  not_loopback: 'server'
  /** Something was passed to `register` that has no known `kind`. Fix: register what a factory returns, such as `codeChallenge()`. */
  not_registrable: 'server'
  /** The body of the request is larger than its limit. Fix: send less, or raise `maxBody`. */
  payload_too_large: 'core'
  /** The authorization server does not say that it supports PKCE with S256, which MCP demands. Fix: configure the server. */
  pkce_not_supported: 'client'
  /** The browser has blocked the window of a login. Fix: call `popup` in a click, before anything is awaited. */
  popup_blocked: 'client'
  /** A client, its server or an answer breaks a rule of the security profile. Fix: the message names the rule and the section. */
  profile_violation: 'client'
  /** Something was registered after the first request. Fix: register everything before the server is mounted. */
  registration_frozen: 'server'
  /** The server does not support registration by request parameter. Fix: register the client beforehand. */
  registration_not_supported: 'client' | 'server'
  /** The client closed the connection before its request was read. Fix: none. */
  request_aborted: 'core'
  /** The server does not support request objects. Fix: send plain parameters. */
  request_not_supported: 'client' | 'server'
  /** The authorization server refused a token request with a code of its own. Fix: see `reason`. */
  request_refused: 'client'
  /** The server does not support `request_uri`. Fix: send plain parameters. */
  request_uri_not_supported: 'client' | 'server'
  /** A parameter that the library sets was passed by hand. Fix: use the option for it. */
  reserved_parameter: 'client'
  /** The metadata that was found is about another protected resource. Fix: check the URL of the resource; see `reason`. */
  resource_mismatch: 'client'
  /** An answer is larger than its limit. Fix: raise `maxBody` if you expect such answers. */
  response_too_large: 'core'
  /** The tables of the store are missing or out of date. Fix: run `await store.migrate()`, or `npx authlib-sql migrate <url>`. */
  schema_missing: 'store'
  /** The database was written by a newer version. Fix: update this process first. */
  schema_too_new: 'store'
  /** Something unforeseen happened. Fix: see the `server.error` event and its cause. */
  server_error: 'client' | 'server'
  /** A session does not fit into cookies. Fix: keep `data` small, or use `storedSessions`. */
  session_too_large: 'client'
  /** Two servers with different issuers share one store. Fix: give each `tenantStore(store, name)`. */
  shared_store: 'server'
  /** The client polls too often. Fix: wait five seconds more between polls. */
  slow_down: 'server' | 'client'
  /** Others wrote the same record again and again. Fix: try again; see why so many processes write it. */
  store_conflict: 'core' | 'jose'
  /** The database did not answer; a write may or may not have happened. Fix: try again; see `cause`. */
  store_unavailable: 'store'
  /** The server is overloaded or a part of it is down. Fix: try again later. */
  temporarily_unavailable: 'client' | 'resource' | 'server'
  /** A server did not answer in time. Fix: try again, or raise `timeout`. */
  timeout: 'core'
  /** A refreshed token could not be saved. Fix: see `cause`; check the token store. */
  token_not_saved: 'client'
  /** A back-channel authentication request failed after it was accepted. Fix: send a new one; see the events of the server. */
  transaction_failed: 'client' | 'server'
  /** The server does not trust the issuer of the software statement. Fix: use a statement of an issuer that it lists. */
  unapproved_software_statement: 'client' | 'server'
  /** The client may not use this grant or response type. Fix: register it for the client. */
  unauthorized_client: 'client' | 'server'
  /** A server answered with a redirect, which is never followed. Fix: configure the URL it redirects to. */
  unexpected_redirect: 'client' | 'core'
  /** The authorization server has no way to learn about this client. Fix: register one by hand, and name it in `clients`. */
  unknown_client: 'client'
  /** No endpoint of this name is registered. Fix: register it, or correct the name. */
  unknown_endpoint: 'server'
  /** The hint of a back-channel authentication request means no end-user. Fix: send another hint. */
  unknown_user_id: 'client' | 'server'
  /** The authentication of the end-user is weaker than requested. Fix: offer a stronger one. */
  unmet_authentication_requirements: 'client' | 'server'
  /** Stored signing keys cannot be opened. Fix: keep the secret they were sealed with in `secrets`, after the new one. */
  unreadable_keys: 'jose'
  /** A server is set up so that it loses what it has acknowledged. Fix: change the setting that `reason` names, or state the loss in `durability`. */
  unsafe_settings: 'store'
  /** The algorithm is unknown, not allowed here, or missing in this runtime. Fix: name it in `algorithms`. */
  unsupported_algorithm: 'client' | 'jose'
  /** The authorization server accepts no client secret. Fix: pass another `clientAuth`. */
  unsupported_client_auth: 'client'
  /** `crit` names a header parameter that is not understood. Fix: pass it in `crit` if you handle it. */
  unsupported_critical_header: 'jose'
  /** The server does not know the grant type. Fix: register the grant. */
  unsupported_grant_type: 'client' | 'server'
  /** The body has the wrong content type. Fix: send `application/x-www-form-urlencoded`. */
  unsupported_media_type: 'core'
  /** A parameter of OAuth 1 is not for this request. Fix: leave out the parameter that the message names. */
  unsupported_parameter: 'resource' | 'server'
  /** The server does not know the response type. Fix: register it, or use `code`. */
  unsupported_response_type: 'client' | 'server'
  /** The server does not have the signature method, or the client is not registered for it. Fix: sign with another one, or register it. */
  unsupported_signature_method: 'resource' | 'server'
  /** The server cannot revoke this kind of token. Fix: revoke the refresh token instead. */
  unsupported_token_type: 'client' | 'server'
  /** The proof of a client attestation needs a challenge of the server. Fix: use the one in the header `OAuth-Client-Attestation-Challenge`. */
  use_attestation_challenge: 'server'
  /** The proof must carry the nonce of the `DPoP-Nonce` header. Fix: sign a new proof with it. */
  use_dpop_nonce: 'resource' | 'server' | 'client'
  /** A secret is missing or shorter than 32 characters. Fix: make one with `openssl rand -base64 32`. */
  weak_secret: 'core'
  /** The store does not commit atomically, or reads what is out of date. Fix: use one that does, or pass `allowWeakStorage: true`. */
  weak_storage: 'core' | 'server'
}

/** A stable code to switch on. */
export type ErrorCode = keyof ErrorCodes
