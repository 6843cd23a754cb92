/**
 * Where asymmetric cryptography runs on Node.js. In the event loop while calls come one at a time, for that is the
 * fastest. Once a turn of the loop has spent its share, the next call waits for another turn, and whatever comes meanwhile
 * goes to the thread pool, until that has drained.
 */

import { performance } from 'node:perf_hooks'

const SHARE = 1 // millisecond of a turn: waiting for another one costs little then, and the loop is never held up for long

const TIMED = 8 // about one call in so many, and no one can tell which: the clock costs as much as reading a signature

const atNextTurn = setImmediate // the real one: tests of users stop the clock later

let spent = 0
let inPool = 0
let isWaiting = false

type Done<Result> = (error: Error | null, result: Result) => void

/** One function from a synchronous and an asynchronous form of it; `keep` copies what is gone when the call is over. */
export function onLoopOrPool<Input, Result, Extra = void>(
  onLoop: (input: Input, extra: Extra) => Result,
  onPool: (input: Input, done: Done<Result>, extra: Extra) => void,
  keep: (extra: Extra) => Extra = (extra) => extra,
): (input: Input, extra: Extra) => Result | Promise<Result> {
  let untimed = 0 // calls until the next one that is timed
  let cost = 0 // milliseconds of the last one

  function run(input: Input, extra: Extra): Result {
    if (spent === 0) atNextTurn(startTurn)
    if (untimed === 0) return runTimed(input, extra)
    untimed--
    spent += cost
    return onLoop(input, extra)
  }

  function runTimed(input: Input, extra: Extra): Result {
    untimed = Math.floor(Math.random() * (2 * TIMED - 1)) // eslint-disable-line no-restricted-properties -- no secret
    const start = performance.now()
    try {
      return onLoop(input, extra)
    } finally {
      cost = performance.now() - start // what is made up costs no less
      spent += cost
    }
  }

  return (input, extra) => {
    if (inPool === 0 && spent < SHARE) return run(input, extra)
    const kept = keep(extra)
    if (inPool === 0 && !isWaiting) {
      isWaiting = true
      return nextTurn().then(() => run(input, kept))
    }
    return new Promise((resolve, reject) => {
      onPool(
        input,
        (error, result) => {
          inPool--
          spent = 0 // a callback from the pool is a new turn
          if (error) reject(error)
          else resolve(result)
        },
        kept,
      )
      inPool++ // unless it has thrown
    })
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    atNextTurn(() => {
      isWaiting = false
      spent = 0
      resolve()
    })
  })
}

function startTurn(): void {
  spent = 0
}
