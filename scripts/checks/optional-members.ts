/**
 * Optional members of what callers pass in accept `undefined`, so that `{ audience: settings.audience }` compiles for users
 * of `exactOptionalPropertyTypes` too.
 */

import { relative } from 'node:path'
import ts from 'typescript'
import { entryProgram } from './entry-program.ts'

/** Data in the form of a specification or a file: an absent member is written as an absent one. */
const DATA: readonly RegExp[] = [
  /^Jwk$/,
  /Claims?$/,
  /^J[wW][sSeE]\w*(?:Header|Jws|Jwe)$/,
  /^Flattened/,
  /^General/,
  /Metadata$/,
]
const DATA_FILES: readonly RegExp[] = [
  /jose\/src\/(?:jwe\/)?algorithms\.ts$/,
  /jose\/src\/jw[se]\/(?:parts|header|json)\.ts$/,
  /providers\/src\/preset\.ts$/,
  /oauth2\/src\/server-metadata\.ts$/,
  /express\/src\/augment\.ts$/, // what the library writes itself
  /sql\/src\/(?:pg|postgres)\.ts$/, // the clients of other libraries
  /redis\/src\/client\.ts$/,
]
/** Where `undefined` must not pass: a setting that was forgotten would become no check at all. */
const DEMANDED: readonly string[] = [
  ...['JwtPolicy.typ', 'JwtPolicy.issuer', 'JwtPolicy.audience', 'JwtPolicy.subject', 'JwtPolicy.maxAge'],
  ...['idTokenPolicy.nonce', 'idTokenPolicy.maxAge'],
]

/** One line for each member that refuses `undefined`. */
export function optionalMembers(root: string): string[] {
  const { checker, exports } = entryProgram(root)
  const seen = new Set<ts.Type>()
  const faults = new Set<string>()

  function visit(type: ts.Type, owner: string): void {
    if (seen.has(type)) return
    seen.add(type)
    if (type.isUnionOrIntersection()) {
      for (const part of type.types) visit(part, owner)
      return
    }
    for (const member of checker.getPropertiesOfType(type)) {
      const declaration = member.declarations?.find((one) => isOurs(root, one))
      if (declaration === undefined) continue
      if (ts.isPropertySignature(declaration)) judge(declaration, owner)
      visit(checker.getTypeOfSymbol(member), owner)
    }
    for (const signature of [...type.getCallSignatures(), ...type.getConstructSignatures()])
      visitParameters(signature, owner)
  }

  function visitParameters(signature: ts.Signature, owner: string): void {
    for (const parameter of signature.getParameters()) visit(checker.getTypeOfSymbol(parameter), owner)
  }

  function judge(member: ts.PropertySignature, owner: string): void {
    if (member.questionToken === undefined || member.type === undefined) return
    const file = member.getSourceFile()
    const holder = ts.isInterfaceDeclaration(member.parent) ? member.parent.name.text : owner
    const name = `${holder}.${member.name.getText()}`
    if (DATA.some((one) => one.test(holder)) || DATA_FILES.some((one) => one.test(file.fileName))) return
    if (DEMANDED.includes(name) || acceptsUndefined(checker.getTypeFromTypeNode(member.type))) return
    const { line } = file.getLineAndCharacterOfPosition(member.getStart())
    faults.add(`${relative(root, file.fileName)}:${line + 1}: ${name} does not accept undefined`)
  }

  for (const { name, origin } of exports) {
    if (!(origin.flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Class))) continue
    const type = checker.getTypeOfSymbol(origin)
    for (const signature of [...type.getCallSignatures(), ...type.getConstructSignatures()])
      visitParameters(signature, name)
    if (!(origin.flags & ts.SymbolFlags.Class)) continue
    for (const method of checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(origin))) {
      for (const signature of checker.getTypeOfSymbol(method).getCallSignatures()) visitParameters(signature, name)
    }
  }
  return [...faults].sort()
}

function isOurs(root: string, declaration: ts.Declaration): boolean {
  const { fileName } = declaration.getSourceFile()
  return fileName.startsWith(root) && !fileName.includes('/node_modules/')
}

function acceptsUndefined(type: ts.Type): boolean {
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return true
  return type.isUnion() && type.types.some(({ flags }) => flags & ts.TypeFlags.Undefined)
}
