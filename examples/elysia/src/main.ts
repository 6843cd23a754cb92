import { app } from './app.ts'
import { port } from './my-app.ts'

app.listen({ port, hostname: '127.0.0.1' })
console.log(`Application: http://localhost:${port}`)
