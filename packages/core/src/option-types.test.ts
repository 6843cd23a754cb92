import { describe, expect, it } from 'vitest'
import { assertBooleans, assertMethods, assertOptions, assertSeconds, type OptionType } from './option-types.ts'

describe('assertOptions', () => {
  const options = (type: OptionType, value: unknown) => () => assertOptions('widget', { a: value }, { a: type })

  it.each<[OptionType, unknown]>([
    ['boolean', false],
    ['boolean?', undefined],
    ['string', 'x'],
    ['function', () => null],
    ['object', {}],
    ['object', []],
    ['object', () => null],
    ['array', []],
    ['list', [1]],
    ['list?', undefined],
  ])('accepts for %s: %j', (type, value) => {
    expect(options(type, value)).not.toThrow()
  })

  it.each<[OptionType, unknown, string]>([
    ['boolean', 'false', 'a of widget must be true or false, and not a string'],
    ['boolean', undefined, 'a of widget must be true or false, and not undefined'],
    ['string?', 5, 'a of widget must be a non-empty string, and not 5'],
    ['string?', '', 'a of widget must be a non-empty string, and not an empty one'],
    ['function', {}, 'a of widget must be a function, and not an object'],
    ['object?', null, 'a of widget must be an object, and not null'],
    ['object', 'a secret', 'a of widget must be an object, and not a string'],
    ['array', 'a b', 'a of widget must be an array, and not a string'],
    ['list', [], 'a of widget must be a non-empty array, and not an empty one'],
  ])('refuses for %s: %j', (type, value, message) => {
    expect(options(type, value)).toThrow(new TypeError(message))
  })

  it('refuses an option that there is not, and leaves numbers of seconds to assertSeconds', () => {
    const given: Record<string, unknown> = { lifetime: 'soon', misspelt: 1 }
    expect(() => assertOptions('widget', given, { lifetime: null })).toThrow(
      'widget has no option "misspelt": it takes lifetime',
    )
  })
})

describe('assertSeconds', () => {
  it.each([undefined, 0, 0.5, 60])('accepts %s', (value) => {
    expect(() => assertSeconds({ lifetime: value })).not.toThrow()
  })

  it.each<[unknown, string]>([
    ['60', 'a string'],
    [() => 60, 'a function'],
    [Number.NaN, 'NaN'],
    [-1, '-1'],
    [null, 'null'],
  ])('refuses %j', (value, given) => {
    expect(() => assertSeconds({ lifetime: value as number })).toThrow(
      `lifetime is a number of seconds, at least 0, and not ${given}`,
    )
  })
})

it('assertBooleans refuses the text of an environment variable, which is always true', () => {
  expect(() => assertBooleans({ strict: false, other: undefined })).not.toThrow()
  expect(() => assertBooleans({ strict: 'false' as never })).toThrow('strict must be true or false, and not a string')
})

describe('assertMethods', () => {
  const store = (value: unknown) => () => assertMethods('store', value, ['get', 'commit'], 'such as memoryStore()')

  it('accepts an object with the methods, its own or inherited', () => {
    class Table {
      get(): null {
        return null
      }
      commit(): boolean {
        return true
      }
    }
    expect(store({ get: () => null, commit: () => true })).not.toThrow()
    expect(store(new Table())).not.toThrow()
  })

  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [[1], 'an array'],
    [() => null, 'a function'],
    [{ get: () => null }, 'an object'],
  ])('refuses %o', (value, given) => {
    const message = `store must be an object with get, commit, and not ${given}: such as memoryStore()`
    expect(store(value)).toThrow(new TypeError(message))
  })
})
