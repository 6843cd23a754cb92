"""Does what a list of jobs on stdin says, in Authlib or jwcrypto, and prints the results: both in JSON."""

import json
import os
import sys

from authlib.common.encoding import to_bytes, to_native, urlsafe_b64decode, urlsafe_b64encode
from authlib.jose import JsonWebEncryption, JsonWebKey, JsonWebSignature, OctKey
from authlib.jose.drafts import register_jwe_draft
from authlib.jose.rfc7518.jwe_algs import AESGCMAlgorithm, ECDHESAlgorithm
from Cryptodome.Cipher import ChaCha20_Poly1305
from jwcrypto import jwe, jwk, jws


class ChaChaKeyWrap(AESGCMAlgorithm):
    """Authlib has no C20PKW: its key wrapping by AES-GCM, with the cipher of PyCryptodome."""

    def __init__(self, name, iv_length):
        super().__init__(256)
        self.name = name
        self.iv_length = iv_length

    def wrap(self, enc_alg, headers, key, preset=None):
        cek = enc_alg.generate_cek()
        iv = os.urandom(self.iv_length)
        ek, tag = ChaCha20_Poly1305.new(key=key.get_op_key("wrapKey"), nonce=iv).encrypt_and_digest(cek)
        header = {"iv": to_native(urlsafe_b64encode(iv)), "tag": to_native(urlsafe_b64encode(tag))}
        return {"ek": ek, "cek": cek, "header": header}

    def unwrap(self, enc_alg, ek, headers, key):
        iv, tag = (urlsafe_b64decode(to_bytes(headers[name])) for name in ("iv", "tag"))
        assert len(iv) == self.iv_length
        return ChaCha20_Poly1305.new(key=key.get_op_key("unwrapKey"), nonce=iv).decrypt_and_verify(ek, tag)


class ChaChaAgreement(ECDHESAlgorithm):
    """Authlib's ECDH-ES, which then wraps so."""

    def __init__(self, key_wrap):
        super().__init__(256)
        self.name = "ECDH-ES+" + key_wrap.name
        self.aeskw = key_wrap

    def wrap(self, enc_alg, headers, key, preset=None):
        preset = self.generate_preset(enc_alg, key)
        agreed = self.deliver(preset["epk"], key.get_op_key("wrapKey"), headers, self.key_size)
        wrapped = self.aeskw.wrap(enc_alg, headers, OctKey.import_key(agreed))
        return {**wrapped, "header": {**preset["header"], **wrapped["header"]}}


register_jwe_draft(JsonWebEncryption)
for key_wrap in (ChaChaKeyWrap("C20PKW", 12), ChaChaKeyWrap("XC20PKW", 24)):
    JsonWebEncryption.register_algorithm(key_wrap)
    JsonWebEncryption.register_algorithm(ChaChaAgreement(key_wrap))


def authlib(action, header, key, sender, data):
    key = JsonWebKey.import_key(key)
    sender = sender and JsonWebKey.import_key(sender)
    if action == "encrypt":
        return JsonWebEncryption().serialize_compact(header, data, key, sender_key=sender)
    if action == "decrypt":
        return JsonWebEncryption().deserialize_compact(data, key, sender_key=sender)["payload"]
    signature = JsonWebSignature(algorithms=[header["alg"]])
    if action == "sign":
        return signature.serialize_compact(header, data, key)
    return signature.deserialize_compact(data, key)["payload"]


def jwcrypto(action, header, key, sender, data):
    key = jwk.JWK(**key)
    if action == "encrypt":
        token = jwe.JWE(data, json.dumps(header), algs=[header["alg"], header["enc"]])
        token.add_recipient(key)
        return token.serialize(compact=True)
    if action == "decrypt":
        token = jwe.JWE()
        token.deserialize(data.decode(), key)
        return token.payload
    token = jws.JWS(data if action == "sign" else None)
    token.allowed_algs = [header["alg"]]
    if action == "sign":
        token.add_signature(key, None, json.dumps(header))
        return token.serialize(compact=True)
    token.deserialize(data.decode(), key)
    return token.payload


def run(job):
    library = {"authlib": authlib, "jwcrypto": jwcrypto}[job["library"]]
    result = library(job["action"], job["header"], job["key"], job.get("sender"), job["input"].encode())
    return result.decode() if isinstance(result, bytes) else result


print(json.dumps([run(job) for job in json.load(sys.stdin)]))
