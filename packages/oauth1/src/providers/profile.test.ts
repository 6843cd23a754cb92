import { describe, expect, it } from 'vitest'
import * as presets from './index.ts'
import { fetchProfile, type ProfileSource } from './index.ts'

/** What each API answers, made by hand and not recorded, and what becomes of it. */
const FIXTURES: readonly (readonly [string, ProfileSource, object, object])[] = [
  ['X', presets.xProfile, { id_str: '1', id: 1, name: 'Ann', screen_name: 'ann', email: 'a@x.example', profile_image_url_https: 'https://img.example/1' }, { sub: '1', name: 'Ann', preferred_username: 'ann', email: 'a@x.example', picture: 'https://img.example/1' }], // prettier-ignore
  ['Trello', presets.trelloProfile, { id: '5f', fullName: 'Ann', username: 'ann', email: null }, { sub: '5f', name: 'Ann', preferred_username: 'ann' }], // prettier-ignore
  ['Tumblr', presets.tumblrProfile, { meta: { status: 200 }, response: { user: { name: 'ann', blogs: [] } } }, { sub: 'ann', preferred_username: 'ann' }], // prettier-ignore
  ['Flickr', presets.flickrProfile, { user: { id: '1@N0', username: { _content: 'ann' } }, stat: 'ok' }, { sub: '1@N0', preferred_username: 'ann' }], // prettier-ignore
  ['Discogs', presets.discogsProfile, { id: 1, username: 'ann', consumer_name: 'App' }, { sub: '1', preferred_username: 'ann' }], // prettier-ignore
  ['Garmin', presets.garminProfile, { userId: 'd3' }, { sub: 'd3' }],
  ['MediaWiki', presets.mediawikiProfile, { query: { userinfo: { id: 7, name: 'Ann' } } }, { sub: '7', preferred_username: 'Ann' }], // prettier-ignore
  ['SmugMug', presets.smugmugProfile, { Response: { User: { NickName: 'ann', Name: 'Ann' } } }, { sub: 'ann', name: 'Ann', preferred_username: 'ann' }], // prettier-ignore
  ['Plurk', presets.plurkProfile, { id: 3, display_name: 'Ann', nick_name: 'ann' }, { sub: '3', name: 'Ann', preferred_username: 'ann' }], // prettier-ignore
  ['TripIt', presets.tripitProfile, { Profile: { '@attributes': { ref: 'r1' }, screen_name: 'ann', public_display_name: 'Ann' } }, { sub: 'r1', name: 'Ann', preferred_username: 'ann' }], // prettier-ignore
  ['Schoology', presets.schoologyProfile, { api_uid: 9, web_session_timestamp: 1 }, { sub: '9' }],
  ['Jira', presets.jiraServerProfile, { key: 'ann', name: 'ann', displayName: 'Ann', emailAddress: 'a@x.example' }, { sub: 'ann', name: 'Ann', preferred_username: 'ann', email: 'a@x.example' }], // prettier-ignore
  ['the Open Bank Project', presets.openBankProjectProfile, { user_id: 'u', username: 'ann', email: '' }, { sub: 'u', preferred_username: 'ann' }], // prettier-ignore
  ['USOS', presets.usosProfile, { id: '12', first_name: 'Ann', last_name: 'B', email: 'a@x.example' }, { sub: '12', given_name: 'Ann', family_name: 'B', email: 'a@x.example' }], // prettier-ignore
]

function answering(response: Response, asked: [string, RequestInit | undefined][] = []) {
  return {
    fetch: async (path: string | URL | Request, init?: RequestInit) => {
      asked.push([typeof path === 'string' ? path : '', init])
      return response
    },
  }
}

describe('the profile', () => {
  it.each(FIXTURES)('of %s is told in the claims of OpenID Connect', async (_name, source, answer, expected) => {
    const asked: [string, RequestInit | undefined][] = []
    const profile = await fetchProfile(answering(Response.json(answer), asked), source)
    expect(profile).toEqual({ ...expected, raw: answer })
    expect(asked[0]![0]).toBe(source.path)
  })

  it('has a fixture for each provider that tells it', () => {
    const sources = Object.entries(presets).filter(([name]) => name.endsWith('Profile') && name !== 'fetchProfile')
    expect(new Set(FIXTURES.map(([, source]) => source))).toEqual(new Set(sources.map(([, source]) => source)))
  })

  it('sends the headers that a provider demands', async () => {
    const asked: [string, RequestInit | undefined][] = []
    const headers = { 'user-agent': 'App/1.0' }
    await fetchProfile(answering(Response.json({ id: 1 }), asked), presets.discogsProfile, { headers })
    expect(asked[0]![1]?.headers).toEqual({ accept: 'application/json', ...headers })
  })

  it.each([
    ['a refusal', () => new Response('no', { status: 401 }), 'request_refused'],
    ['a failure', () => new Response('no', { status: 503 }), 'server_error'],
    ['a page', () => new Response('<html>'), 'invalid_response'],
    ['an answer without an id', () => Response.json({ fullName: 'Ann' }), 'invalid_response'],
    ['an answer with an empty id', () => Response.json({ id: '' }), 'invalid_response'],
    ['an id that only every object has', () => Response.json({ __proto__: { id: '1' } }), 'invalid_response'],
  ])('is an error for %s', async (_what, response, code) => {
    await expect(fetchProfile(answering(response()), presets.trelloProfile)).rejects.toMatchObject({ code })
  })
})
