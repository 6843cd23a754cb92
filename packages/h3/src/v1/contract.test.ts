import { adapterBrowserContract, adapterContract, type ContractApplication } from '@authlib/testing'
import { oauth1Contract } from '@authlib/testing/oauth1'
import { describe, it } from 'vitest'
import { openBrowser } from '../../../../test/support/browser.ts'
import { chromium, describeWith } from '../../../../test/support/needs.ts'
import { serve } from '../../test/serve-v1.ts'
import { h3Adapter, type NodeEvent } from './index.ts'

const options = {
  describe,
  name: 'the adapter contract on h3 1',
  adapter: h3Adapter,
  serve: (application: ContractApplication<NodeEvent, void>) => serve(application),
}

adapterContract({ ...options, it, parsers: ['form', 'bytes'] })
oauth1Contract({ ...options, it, name: 'the OAuth 1 contract on h3 1', parsers: ['form', 'bytes'] })

describeWith(chromium, 'in a real browser', (path) => {
  adapterBrowserContract({
    ...options,
    it: (name, body) => it(name, body, 60_000),
    openBrowser: () => openBrowser(path),
  })
})
