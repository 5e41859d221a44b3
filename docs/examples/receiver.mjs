// An API on loopback that takes rows and says what came: node receiver.mjs [port, default 4251].
//
// /users keeps users by their id: GET, POST (one or a list), PUT, PATCH and DELETE /users/1. POST /users/batch says what
// became of each row. A user needs an email with an @. Any other path takes lists of rows and forgets them. A request
// whose Idempotency-Key came before is answered as it was, and does nothing.
import { createServer } from 'node:http';

const users = new Map();
const answers = new Map();

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
  const path = request.url.split('?')[0];
  const key = request.headers['idempotency-key'];
  const known = key === undefined ? undefined : answers.get(key);
  const { status, json } = known ?? answer(request.method, path, body);
  if (key !== undefined) answers.set(key, { status, json });
  const rows = Array.isArray(body) ? `: ${body.length} rows` : '';
  if (request.method !== 'GET') console.log(`${request.method} ${path}${rows}, ${status}`);
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(json === undefined ? '' : JSON.stringify(json));
});

function answer(method, path, body) {
  if (path === '/users/batch') return { status: 207, json: { results: body.map((user) => keep(user)) } };
  if (path === '/users') {
    if (method === 'GET') return { status: 200, json: [...users.values()] };
    const results = [body].flat().map((user) => keep(user));
    return results.find(({ status }) => status === 422) ? fail(results) : { status: 201, json: results };
  }
  if (!path.startsWith('/users/')) return { status: 204 };
  const id = decodeURIComponent(path.slice('/users/'.length));
  const old = users.get(id);
  if (method === 'DELETE') return { status: users.delete(id) ? 204 : 404 };
  if (method === 'GET') return old ? { status: 200, json: old } : { status: 404 };
  const { status, ...json } = keep(method === 'PATCH' ? { ...old, ...body } : body);
  return { status, json };
}

/** Keeps a user, where it is right. */
function keep(user) {
  const { id, email } = user;
  if (!String(email).includes('@')) return { status: 422, message: 'email has no @' };
  users.set(String(id), user);
  return { status: 200 };
}

function fail(results) {
  return {
    status: 422,
    json: { message: `${results.filter(({ status }) => status === 422).length} rows are wrong` },
  };
}

server.listen(Number(process.argv[2] ?? 4251), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
