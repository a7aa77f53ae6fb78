const roleArn = /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=.@/-]+$/

/** Why a text cannot stand behind IAM_ROLE; undefined when it can: `default`, an ARN, or a chain `a,b` (redshift.md 1.8). */
export function roleChainProblem(text: string): string | undefined {
  if (text === 'default') return undefined
  if (/\s/.test(text)) return 'a chain of roles is joined by commas without blanks'
  const wrong = text.split(',').find((arn) => !roleArn.test(arn))
  return wrong === undefined ? undefined : `${JSON.stringify(wrong)} is no ARN of a role`
}
