import { startExample } from './example.ts'

const { application } = await startExample({ provider: 4100, application: 4101 })
console.log(`Open ${application}`)
