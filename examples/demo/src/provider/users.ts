/** Who can log in: in development the password is the username. */

import type { UserClaims } from '@authlib/oidc'

const users: Readonly<Record<string, UserClaims>> = {
  alice: {
    sub: 'alice',
    name: 'Alice Adams',
    given_name: 'Alice',
    family_name: 'Adams',
    middle_name: 'Mary',
    nickname: 'Ali',
    preferred_username: 'alice',
    profile: 'https://people.example/alice',
    picture: 'https://people.example/alice.jpg',
    website: 'https://alice.example',
    gender: 'female',
    birthdate: '1990-04-12',
    zoneinfo: 'Europe/Berlin',
    locale: 'de-DE',
    updated_at: 1_767_225_600,
    email: 'alice@people.example',
    email_verified: true,
    address: {
      formatted: 'Lindenallee 7\n10115 Berlin\nGermany',
      street_address: 'Lindenallee 7',
      locality: 'Berlin',
      postal_code: '10115',
      country: 'Germany',
    },
    phone_number: '+49 30 901820',
    phone_number_verified: true,
  },
  bob: {
    sub: 'bob',
    name: 'Bob Brown',
    given_name: 'Bob',
    family_name: 'Brown',
    middle_name: 'James',
    nickname: 'Bobby',
    preferred_username: 'bob',
    profile: 'https://people.example/bob',
    picture: 'https://people.example/bob.jpg',
    website: 'https://bob.example',
    gender: 'male',
    birthdate: '1985-11-30',
    zoneinfo: 'America/New_York',
    locale: 'en-US',
    updated_at: 1_767_225_600,
    email: 'bob@people.example',
    email_verified: false,
    address: {
      formatted: '12 Harbor Street\nPortland, ME 04101\nUSA',
      street_address: '12 Harbor Street',
      locality: 'Portland',
      region: 'ME',
      postal_code: '04101',
      country: 'USA',
    },
    phone_number: '+1 207 555 0142',
    phone_number_verified: true,
  },
}

export const usernames: readonly string[] = Object.keys(users)

/** All that is known about a person. What a client gets to see is decided by scope. */
export function findClaims(subject: string): UserClaims | undefined {
  return Object.hasOwn(users, subject) ? users[subject] : undefined
}
