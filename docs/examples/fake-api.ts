import assert from 'node:assert/strict';
import { startFakeApi } from 'connector-host/testing';

/** Reads 25 rows in pages of 10, where the second request is answered with 503. */
export async function readPages(): Promise<void> {
  const api = await startFakeApi({
    routes: {
      '/users': {
        rows: 25,
        paging: { type: 'page', size: 10 },
        envelope: 'data',
        faults: { 2: { status: 503, headers: { 'Retry-After': '0' } } },
      },
    },
    auth: { type: 'bearer', token: 'secret' },
  });
  try {
    const ids: number[] = [];
    for (let page = 1; page <= 3;) {
      const headers = { Authorization: 'Bearer secret' };
      const response = await fetch(`${api.url}/users?page=${page}`, { headers });
      if (response.status === 503) continue;
      const { data } = (await response.json()) as { data: { id: number }[] };
      ids.push(...data.map(({ id }) => id));
      page += 1;
    }
    assert.equal(ids.length, 25);
    assert.deepEqual(
      api.requests.map(({ query, status }) => [query.page, status]),
      [
        ['1', 200],
        ['2', 503],
        ['2', 200],
        ['3', 200],
      ],
    );
    assert.equal(api.served('/users'), 25);
  } finally {
    await api.close();
  }
}
