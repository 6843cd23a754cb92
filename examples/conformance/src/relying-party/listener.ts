/** The addresses of the relying party that the suite calls, behind a TLS proxy. */

import { listen } from '@authlib-examples/demo/listen'
import type { Mountable } from '@authlib/core'
import { mount } from '@authlib/node'

/** Listens while `run` runs, if there is anything to answer. */
export async function listening<T>(port: number, mountables: readonly Mountable[], run: () => Promise<T>): Promise<T> {
  if (mountables.length === 0) return run()
  const http = await listen(port, 'RP_PORT')
  http.serve(mount(mountables))
  try {
    return await run()
  } finally {
    await http.close()
  }
}

/** Resolves with the first call, and rejects when nothing comes in time. */
export function called<T>(
  what: string,
  seconds = 20,
): { readonly done: Promise<T>; readonly call: (value: T) => void } {
  let call: (value: T) => void = () => undefined
  const done = new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what} did not come`)), seconds * 1000)
    call = (value) => {
      clearTimeout(timer)
      resolve(value)
    }
  })
  done.catch(() => undefined) // whoever waits for it hears of it
  return { done, call }
}
