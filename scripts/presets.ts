/** Reads a preset from its source file: its data, its comment and the options of its factory. Nothing is run. */

import ts from 'typescript'
import { parse } from './imports.ts'

/** The members of a preset that pages and checks look at. */
export interface PresetData {
  readonly name: string
  readonly title: string
  readonly protocol: 'oauth2' | 'openid'
  readonly scope?: readonly string[]
  readonly scopeSeparator?: string
  readonly pkce?: string
  readonly clientAuth?: string
  readonly idTokenAlg?: string
  readonly parameterNames?: Readonly<Record<string, string>>
  readonly offline:
    'always' | 'never' | { readonly params?: Readonly<Record<string, string>>; readonly scope?: readonly string[] }
  readonly authorization?: { readonly responseMode?: string }
  readonly tokenRequest?: { readonly encoding?: string }
  readonly refreshRequest?: { readonly url?: string }
  readonly tokenResponse?: {
    readonly tokenType?: string
    readonly scopeSeparator?: string
    readonly expires?: { readonly at: unknown }
  }
  readonly api?: { readonly query?: string; readonly scheme?: string }
  readonly userinfo?: unknown
  readonly profile?: Readonly<Record<string, unknown>>
}

export interface PresetSource {
  readonly factory: string
  readonly title: string
  readonly preset: PresetData
  /** Where applications are registered, and what the provider says. */
  readonly links: { readonly register: string; readonly documentation: string }
  /** The list of the comment on the factory. */
  readonly notes: readonly string[]
  readonly options: readonly {
    readonly name: string
    readonly text: string
    readonly optional: boolean
    readonly eachLogin: boolean
  }[]
  /** The whole file. */
  readonly code: string
}

/** @throws Error for a file that is not one preset, one factory, and what they need */
export function readPreset(path: string): PresetSource {
  const file = parse(path)
  const variables = file.statements.filter(
    (node) => ts.isVariableStatement(node) && isExported(node),
  ) as ts.VariableStatement[]
  const declared = variables.map((statement) => ({
    statement,
    declaration: statement.declarationList.declarations[0]!,
  }))
  const data = declared.find(({ declaration }) => declaration.name.getText(file).endsWith('Preset'))
  const factory = declared.find(({ declaration }) => !declaration.name.getText(file).endsWith('Preset'))
  if (data?.declaration.initializer === undefined || factory === undefined) throw new Error(`${path} is no preset`)
  const preset = valueOf(data.declaration.initializer, path) as PresetData // the type annotation is checked by the compiler
  const [doc] = ts.getJSDocCommentsAndTags(factory.statement)
  const comment = doc !== undefined && ts.isJSDoc(doc) ? (ts.getTextOfJSDocComment(doc.comment) ?? '') : ''
  const tags = ts.getJSDocTags(factory.declaration).map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '')
  const link = (text: string): string => {
    const url = tags.map((tag) => new RegExp(`^\\[${text}\\]\\((https://\\S+)\\)$`).exec(tag)?.[1]).find(Boolean)
    if (url === undefined) throw new Error(`${path} has no \`@see [${text}](https://…)\``)
    return url
  }
  return {
    links: { register: link('Register an application'), documentation: link('Documentation') },
    factory: factory.declaration.name.getText(file),
    title: preset.title,
    preset,
    notes: comment
      .split(/\n- /)
      .slice(1)
      .map((note) => note.replaceAll(/\s+/g, ' ').trim()),
    options: file.statements.filter(ts.isInterfaceDeclaration).flatMap((declaration) => optionsOf(declaration, file)),
    code: file.text,
  }
}

function optionsOf({ name, members }: ts.InterfaceDeclaration, file: ts.SourceFile): PresetSource['options'] {
  return members.filter(ts.isPropertySignature).map((member) => {
    const [doc] = ts.getJSDocCommentsAndTags(member)
    const text = doc !== undefined && ts.isJSDoc(doc) ? (ts.getTextOfJSDocComment(doc.comment) ?? '') : ''
    return {
      name: member.name.getText(file),
      text: text.replaceAll(/\s+/g, ' '),
      optional: member.questionToken !== undefined,
      eachLogin: name.text.endsWith('AuthorizationOptions'),
    }
  })
}

/** The value of a literal. @throws Error for anything that has to be run */
function valueOf(node: ts.Expression, path: string): unknown {
  if (ts.isStringLiteralLike(node)) return node.text
  if (ts.isNumericLiteral(node)) return Number(node.text)
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false
  if (node.kind === ts.SyntaxKind.NullKeyword) return null
  if (ts.isArrayLiteralExpression(node)) return node.elements.map((element) => valueOf(element, path))
  if (!ts.isObjectLiteralExpression(node)) throw new Error(`${path}: a preset is data, and ${node.getText()} is code`)
  return Object.fromEntries(
    node.properties.map((property) => {
      if (!ts.isPropertyAssignment(property))
        throw new Error(`${path}: a preset is data, and ${property.getText()} is code`)
      const { name } = property
      const key = ts.isStringLiteralLike(name) || ts.isNumericLiteral(name) ? name.text : name.getText()
      return [key, valueOf(property.initializer, path)]
    }),
  )
}

function isExported(node: ts.VariableStatement): boolean {
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
}
