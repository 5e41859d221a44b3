export function rowLine(row: object): string;
