"""requests-oauthlib as a client of a server that approves by itself. Reads one JSON argument, writes one JSON line."""

import json
import sys

from requests_oauthlib import OAuth1Session

given = json.loads(sys.stdin.readline())
results = []
for case in given['cases']:
    options = {
        'client_key': case['clientId'],
        'client_secret': case.get('clientSecret'),
        'rsa_key': case.get('privateKey'),
        'signature_method': case['method'],
        'signature_type': case['placement'],
        'callback_uri': given['callback'],
    }
    session = OAuth1Session(**options)
    session.fetch_request_token(given['url'] + '/oauth1/initiate')
    url = session.authorization_url(given['url'] + '/authorize')
    answer = OAuth1Session(case['clientId']).get(url, allow_redirects=False)
    session.parse_authorization_response(answer.headers['Location'])
    session.fetch_access_token(given['url'] + '/oauth1/token')
    form = session.post(
        given['url'] + '/who/%7Ea%20b?a=1&a=%20&%C3%BC=%E5%95%A6',
        data=[('b', 'x y'), ('b', ''), ('c', "&=+~!*'()"), ('d', '\u00fc\u5566')],
    )
    results.append([case['method'], case['placement'], form.status_code, form.text])
    if case['placement'] != 'BODY':
        plain = session.put(given['url'] + '/who', data=b'{"x": 1}', headers={'Content-Type': 'application/json'})
        results.append([case['method'], case['placement'], plain.status_code, plain.text])
print(json.dumps(results))
