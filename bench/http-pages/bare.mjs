// The floor: node:http with keep-alive, one page after the other, JSON.parse. node bare.mjs BASE_URL
import { Agent, get } from 'node:http';
import { measured } from './measured.mjs';

const PAGE = 1000;
const [baseURL] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });

await measured(pages);
process.exit(0);

async function* pages() {
  for (let offset = 0; ; offset += PAGE) {
    const { data } = JSON.parse(await body(`${baseURL}/rows?offset=${offset}&limit=${PAGE}`));
    if (data.length === 0) return;
    yield data;
  }
}

function body(url) {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks).toString()));
      response.on('error', reject);
    });
    request.on('error', reject);
  });
}
