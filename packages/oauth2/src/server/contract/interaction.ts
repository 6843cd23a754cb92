/** Login and consent: what is asked of a person, and what is answered. */

import type { Awaitable, HttpHeader, HttpRequest, HttpResponse, Json } from '@authlib/core'
import type { Client } from './client.ts'
import type { Described } from './registrable.ts'
import type { InteractionRequest } from './requests.ts'
import type { Server } from './server.ts'

/** A login, as the application knows it. */
export interface Login {
  readonly subject: string
  /** NumericDate. */
  readonly authTime: number
  readonly acr?: string | undefined
  readonly amr?: readonly string[] | undefined
  /** A session of `startSession`: once it has ended, no code is given and none of its codes is redeemed. */
  readonly sessionId?: string | undefined
  /** When that session was last seen alive, NumericDate: it is not read twice for one request. */
  readonly checkedAt?: number | undefined
}

/** What a request demands of the login. The server joins those of all extensions: the strictest wins. */
export interface Demands {
  /** `none`, `login`, `consent`, `select_account`, `create`. All are kept. */
  readonly prompt?: readonly string[] | undefined
  /** Seconds since the login. The least wins. */
  readonly maxAge?: number | undefined
  /** The only subject that will do. Two different ones are refused. */
  readonly subject?: string | undefined
  /** Authentication contexts of which one must be met. Only those that every extension accepts are left. */
  readonly acrValues?: readonly string[] | undefined
}

/** Something to consent to beside scope. */
export interface ConsentItem {
  /** Such as `resource`, `authorization_details`, `claims`. */
  readonly type: string
  /** What the page shows, and may give back narrowed. */
  readonly value: Json
  /** By this it is remembered; without one it is asked for each time. */
  readonly key?: string | undefined
}

/** The answer of the end-user. */
export type AuthorizationDecision = Approval | Denial

/** The end-user has logged in and agrees, perhaps to less. */
export interface Approval extends Login {
  /** Default: everything that was requested. */
  readonly scope?: readonly string[] | undefined
  /** Items that were approved, as the page may have narrowed them. Default: all of the request. */
  readonly items?: readonly ConsentItem[] | undefined
}

/** The end-user says no. */
export interface Denial {
  readonly denied: true
}

/** Asks people. Registered once at most. */
export interface Interaction extends Described {
  readonly kind: 'interaction'
  readonly name: string
  begin(request: InteractionRequest, http: HttpRequest): Promise<HttpResponse>
  /** @throws OAuth2Error when the request carries no interaction of this browser */
  resume(http: HttpRequest, server: Server): Promise<PendingInteraction>
  /** Who is logged in with the application's own session; null: no one. */
  currentLogin?(http: HttpRequest, server: Server): Awaitable<Login | null>
  /** Ends that login. The headers go with the answer, such as the removal of a cookie. */
  endLogin?(http: HttpRequest, server: Server): Awaitable<readonly HttpHeader[]>
}

/** What a login or consent page works on. Every answer is a response for the browser. */
export interface PendingInteraction {
  readonly request: InteractionRequest
  readonly client: Client
  /** The login so far. */
  readonly login: Login | null
  /**
   * Why the person is asked: `login`, `consent`, and what a parameter demanded: `prompt_login`, `select_account`, `create_account`,
   * `max_age`, `other_subject`, `acr`.
   */
  readonly reasons: readonly string[]
  /** Scope that needs consent. */
  readonly scope: readonly string[]
  /** What needs consent beside scope. */
  readonly items: readonly ConsentItem[]
  /** The handle, to be posted back in a hidden field named `interaction`. */
  readonly handle: string
  /** The person has logged in: on to consent, or back to the client. */
  loggedIn(login: Login): Promise<HttpResponse>
  /** The person agrees, perhaps to less. Only what was asked for can be approved. */
  approve(options?: {
    readonly scope?: readonly string[]
    readonly items?: readonly ConsentItem[]
    readonly remember?: boolean
  }): Promise<HttpResponse>
  deny(): Promise<HttpResponse>
}
