/* global AbortController */
import { tmpdir } from 'node:os';
import { createHttpFactory } from '../../dist/host/http/create-http.js';

/** What a connector gets of the host for reading an API, without a run around it. */
export function readContext() {
  const silent = () => undefined;
  const createHttp = createHttpFactory({
    userAgent: 'connector-host-bench',
    signal: new AbortController().signal,
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    redact: (text) => text,
    addSecret: silent,
    stateFolder: tmpdir(),
    connectorId: 'bench',
  });
  return {
    pluginConfig: {},
    http: createHttp({}),
    createHttp,
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    notePaging: silent,
  };
}
