import 'reflect-metadata'
import { NestFactory } from '@nestjs/core'
import { AppModule } from './app.ts'
import { port } from './my-app.ts'

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] })
await app.listen(port, '127.0.0.1')
console.log(`Application: http://localhost:${port}`)
