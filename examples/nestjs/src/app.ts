/** A web application that people log in to, and its API, on Nest. */

import { OAuth, type CurrentToken } from '@authlib/core'
import { AuthlibModule, nestAdapter, Protect, Token } from '@authlib/nestjs'
import {
  Catch,
  Controller,
  Get,
  Header,
  Module,
  Res,
  UseFilters,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common'
import type { Response } from 'express'
import { homePage, problemPage, provider, redirectUri, secrets, welcomePage } from './my-app.ts'
import { protectResource } from './protector.ts'

const oauth = new OAuth({ adapter: nestAdapter, secrets }).register('provider', provider)
const { metadata, protector } = protectResource()

@Catch()
class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const { status, html } = problemPage(error)
    host.switchToHttp().getResponse<Response>().status(status).send(html)
  }
}

@Controller()
@UseFilters(ProblemFilter)
class LoginController {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  home(): string {
    return homePage
  }

  @Get('login')
  login(@Res() response: Response): Promise<void> {
    return oauth.provider.authorizeRedirect(response, { redirectUri })
  }

  @Get('callback')
  @Header('content-type', 'text/html; charset=utf-8')
  async callback(@Res({ passthrough: true }) response: Response): Promise<string> {
    const result = await oauth.provider.authorizeAccessToken(response)
    return await welcomePage(result) // begin a session of your application here
  }
}

@Controller('notes')
class NotesController {
  @Get()
  @Protect(protector, 'notes:read')
  list(@Token() token: CurrentToken): object {
    return { owner: token.subject, notes: ['buy milk'] }
  }
}

@Module({ imports: [AuthlibModule.mount(metadata)], controllers: [LoginController, NotesController] })
export class AppModule {}
