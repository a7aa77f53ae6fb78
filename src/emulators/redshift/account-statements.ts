import type { RsType } from './types.js'

export type GranteeKind = 'user' | 'group' | 'role' | 'public'

export interface Grantee {
  readonly kind: GranteeKind
  readonly name: string
}

export interface UserOptions {
  /** As given; `undefined` for PASSWORD DISABLE. */
  readonly password?: string
  readonly createUser?: boolean
  readonly createDatabase?: boolean
  readonly groups: readonly string[]
}

/** Users, groups and roles. */
export type AccountStatement =
  | { readonly kind: 'create-user'; readonly name: string; readonly options: UserOptions }
  | { readonly kind: 'alter-user'; readonly name: string; readonly options: UserOptions }
  | { readonly kind: 'create-group'; readonly name: string; readonly users: readonly string[] }
  | { readonly kind: 'create-role'; readonly name: string }
  | { readonly kind: 'alter-group'; readonly name: string; readonly add: boolean; readonly users: readonly string[] }
  | {
      readonly kind: 'drop-account'
      readonly what: 'user' | 'group' | 'role'
      readonly names: readonly string[]
      readonly ifExists: boolean
    }

export type GrantObject =
  | { readonly kind: 'relations'; readonly names: readonly (readonly string[])[] }
  | { readonly kind: 'relations-of'; readonly schemas: readonly string[] }
  | { readonly kind: 'schemas'; readonly names: readonly string[] }
  | { readonly kind: 'databases'; readonly names: readonly string[] }
  | {
      readonly kind: 'routines'
      readonly what: 'function' | 'procedure'
      readonly routines: readonly { readonly names: readonly string[]; readonly types: readonly RsType[] }[]
    }
  | { readonly kind: 'routines-of'; readonly what: 'function' | 'procedure'; readonly schemas: readonly string[] }
  | { readonly kind: 'roles'; readonly names: readonly string[] }

export interface GrantStatement {
  readonly kind: 'grant'
  readonly revoke: boolean
  /** In upper case; empty: ALL. */
  readonly privileges: readonly string[]
  readonly object: GrantObject
  readonly grantees: readonly (Grantee & { readonly option: boolean })[]
}
