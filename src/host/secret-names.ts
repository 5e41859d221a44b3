/** Names of fields whose values are secrets. */
const SECRET_NAME =
  /pass(?!ive|enger)|pwd|secret|token(?!_?type)|credential|assertion|authorization|cookie|jwt|otp|pin$|^key$|api[_-]?key|-key$|session/i;

/** A shorter value is no secret, and would be hidden wherever it stands. */
const SECRET_LENGTH = 4;

/** Whether a value under this name is likely to be a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** Calls back with each text in a value that stands under the name of a secret, however deep. */
export function eachSecret(value: unknown, found: (secret: string) => void, isSecret = false): void {
  if (typeof value === 'string') {
    if (isSecret && value.length >= SECRET_LENGTH) found(value);
  } else if (Array.isArray(value)) {
    for (const item of value) eachSecret(item, found, isSecret);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, field] of Object.entries(value)) {
      eachSecret(field, found, isSecret || isSecretName(name));
    }
  }
}
