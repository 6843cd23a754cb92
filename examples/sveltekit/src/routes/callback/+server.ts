import { problemPage, welcomePage } from '../../lib/server/my-app.ts'
import { oauth } from '../../lib/server/oauth.ts'
import type { RequestHandler } from './$types'

const headers = { 'content-type': 'text/html; charset=utf-8' }

export const GET: RequestHandler = async (event) => {
  try {
    const result = await oauth.provider.authorizeAccessToken(event)
    return new Response(await welcomePage(result), { headers }) // begin a session of your application here
  } catch (error) {
    const { status, html } = problemPage(error)
    return new Response(html, { status, headers })
  }
}
