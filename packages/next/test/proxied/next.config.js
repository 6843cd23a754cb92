export { default } from '../app/next.config.js'
