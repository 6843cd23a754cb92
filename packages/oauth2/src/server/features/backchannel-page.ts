/** What a person sees after the answer to an authentication request. */

import { pageResponse, type HttpResponse } from '@authlib/core'

export function approvedPage(): HttpResponse {
  return pageResponse(200, { title: 'Approved', body: '<p>You can close this page and go on where you were.</p>' })
}

export function refusedPage(): HttpResponse {
  return pageResponse(200, { title: 'Not approved', body: '<p>You can close this page.</p>' })
}
