import { redirect } from 'next/navigation'
import { nextAdapter } from '../../../.output/adapter.js'

async function login() {
  'use server'
  const response = await globalThis.contractApplication.answer(null, nextAdapter)
  redirect(response.headers.get('location'))
}

export default function Page() {
  return (
    <form action={login}>
      <button>Log in</button>
    </form>
  )
}
