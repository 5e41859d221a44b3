import { ConnectorError } from '../../sdk/errors.js';
import type { Connector, ConnectorContext } from '../../sdk/connector.js';
import type { ConnectorEntry } from './connector-entry.js';
import { checkCapabilities } from './check-capabilities.js';
import type { ModuleImporter } from './module-importer.js';

/** A connector's class, ready to be instantiated. */
export type ConnectorClass = new (config: object, context: ConnectorContext) => Connector;

/** `ParseError: message file:2:9`, as jiti says it, over one line or two. */
const SYNTAX_ERROR = /^(?:ParseError|SyntaxError): (.+?)\s*\n?\s*(\/.+?):(\d+):(\d+)/;

/** Loads connectors' classes and holds what their manifests declare against the methods that exist. */
export class ConnectorLoader {
  readonly #importModule: ModuleImporter;

  constructor(importModule: ModuleImporter) {
    this.#importModule = importModule;
  }

  /**
   * @throws ConnectorError CONNECTOR_LOAD_FAILED, CONNECTOR_CLASS_INVALID or CONNECTOR_CAPABILITY_MISSING, or the
   *   error that the scan found
   */
  async load(entry: ConnectorEntry): Promise<ConnectorClass> {
    if (entry.error) throw entry.error;
    const file = entry.file as string;
    const connectorClass = this.#chooseClass(entry, await this.#import(entry, file));
    assertExtends(connectorClass, entry.id, file);
    const problems = checkCapabilities(entry.manifest, connectorClass.prototype as object);
    if (problems.length > 0) {
      throw new ConnectorError(`connector "${entry.id}": ${problems.join('; ')}`, {
        code: 'CONNECTOR_CAPABILITY_MISSING',
        details: { connector: entry.id, file, problems },
      });
    }
    return connectorClass;
  }

  async #import(entry: ConnectorEntry, file: string): Promise<Record<string, unknown>> {
    try {
      return (await this.#importModule(file)) as Record<string, unknown>;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const syntax = SYNTAX_ERROR.exec(message);
      const where = syntax
        ? { file: syntax[2] as string, line: Number(syntax[3]), columnNumber: Number(syntax[4]) }
        : { file };
      const place = syntax ? `${where.file}:${syntax[3]}:${syntax[4]}` : file;
      throw new ConnectorError(`${place} cannot be loaded: ${syntax?.[1] ?? message.split('\n')[0]}`, {
        code: 'CONNECTOR_LOAD_FAILED',
        cause: error,
        details: { connector: entry.id, ...where },
      });
    }
  }

  /** The default export, or the only exported class that looks like a connector. */
  #chooseClass(entry: ConnectorEntry, module: Record<string, unknown>): ConnectorClass {
    // CommonJS: `module.exports = class` is the module itself, or behind an import by Node, its "module.exports".
    const asDefault = [module.default, module, module['module.exports']].find(isConnectorClass);
    if (asDefault) return asDefault;
    const classes = Object.entries(module).filter(([, value]) => isConnectorClass(value));
    const [only, second] = classes;
    if (only && classes.every(([, value]) => value === only[1])) return only[1] as ConnectorClass;
    const details = { connector: entry.id, file: entry.file as string };
    const found = second
      ? `exports ${classes.length} connector classes (${classes.map(([name]) => name).join(', ')}) and none as default`
      : 'exports no class with generateRows or getWriter';
    throw new ConnectorError(`${details.file} ${found}`, { code: 'CONNECTOR_CLASS_INVALID', details });
  }
}

/** The base class has what the host calls besides the author's own methods. */
function assertExtends({ name, prototype }: ConnectorClass, connector: string, file: string): void {
  if (!('generateRows' in prototype) || 'getReadSchema' in prototype) return;
  throw new ConnectorError(`${file}: the class ${name} does not extend Connector`, {
    code: 'CONNECTOR_CLASS_INVALID',
    action: "Import Connector from 'connector-host' and write `export default class extends Connector`.",
    details: { connector, file },
  });
}

/** By shape, so that a class made with another copy of the package counts. */
function isConnectorClass(value: unknown): value is ConnectorClass {
  if (typeof value !== 'function') return false;
  const prototype = value.prototype as Record<string, unknown> | undefined;
  return typeof prototype?.generateRows === 'function' || typeof prototype?.getWriter === 'function';
}
