export { weakRsa1_5 } from './rsa1-5.ts'
