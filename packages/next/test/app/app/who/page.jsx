import { nextAdapter } from '../../../.output/adapter.js'

export const dynamic = 'force-dynamic'

export default async function Page() {
  const response = await globalThis.contractApplication.answer(null, nextAdapter)
  return <p>{await response.text()}</p>
}
