"""Asks jwcrypto and PyJWT: one question in JSON on each line of stdin, one answer on each line of stdout."""

import json
import sys

import jwt
from jwcrypto import jwe, jwk, jws

TEXT = "text"


def key_of(question):
    return jwk.JWK(**question["key"])


def sign(question):
    made = jws.JWS(TEXT)
    made.allowed_algs = [question["alg"]]
    header = {"alg": question["alg"], **question.get("header", {})}
    made.add_signature(key_of(question), None, json.dumps(header), None)
    return made.serialize(compact=not question.get("json"))


def verify(question):
    token = jws.JWS()
    token.allowed_algs = [question["alg"]]
    token.deserialize(question["token"], key_of(question), question["alg"])
    return token.payload.decode() if isinstance(token.payload, bytes) else token.payload


def encrypt(question):
    enc = question["enc"]
    keys = question["keys"]
    names = [key["alg"] for key in keys]
    shared = {"enc": enc, **question.get("header", {})} | ({"alg": names[0]} if len(keys) == 1 else {})
    made = jwe.JWE(TEXT, protected=json.dumps(shared), algs=[*names, enc], aad=question.get("aad"))
    for key in keys:
        made.add_recipient(jwk.JWK(**key), json.dumps({"alg": key["alg"]}) if len(keys) > 1 else None)
    return made.serialize(compact=not question.get("json"))


def decrypt(question):
    token = jwe.JWE(algs=[question["alg"], question["enc"]])
    token.deserialize(question["token"], key_of(question))
    return token.payload.decode()


def read_pem(question):
    password = question.get("password")
    key = jwk.JWK.from_pem(question["pem"].encode(), password and password.encode())
    return json.loads(key.export(private_key=key.has_private))


def write_pem(question):
    password = question.get("password")
    return key_of(question).export_to_pem(question["private"], password and password.encode()).decode()


def pyjwt_key(question):
    return jwt.algorithms.get_default_algorithms()[question["alg"]].from_jwk(json.dumps(question["key"]))


ANSWERS = {
    "sign": sign,
    "verify": verify,
    "encrypt": encrypt,
    "decrypt": decrypt,
    "thumbprint": lambda question: key_of(question).thumbprint(),
    "read PEM": read_pem,
    "write PEM": write_pem,
    "encode": lambda question: jwt.encode(question["claims"], pyjwt_key(question), question["alg"]),
    "decode": lambda question: jwt.decode(question["token"], pyjwt_key(question), [question["alg"]]),
}

for line in sys.stdin:
    question = json.loads(line)
    try:
        answer = {"value": ANSWERS[question["ask"]](question)}
    except Exception as error:  # whatever it is, it is the answer
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
