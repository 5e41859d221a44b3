import { describe, expect, test } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import {
  appendFile,
  chmod,
  lstat,
  mkdir,
  open,
  readFile,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { CsvTarget } from '../../../src/targets/csv/csv-target.js';
import { fileError } from '../../../src/targets/files/file-error.js';
import { JsonlTarget } from '../../../src/targets/jsonl/jsonl-target.js';
import { declared, filesIn, inferred, inFolder, load, openOne, tableRequest } from './fixture.js';
import { FINAL_COMMIT } from '../../fixtures/final-commit.js';

const FORMATS = [
  { name: 'orders.csv', Target: CsvTarget, old: 'id\n1\n', fresh: 'id\n2\n', added: 'id\n1\n2\n' },
  {
    name: 'orders.jsonl',
    Target: JsonlTarget,
    old: '{"id":1}\n',
    fresh: '{"id":2}\n',
    added: '{"id":1}\n{"id":2}\n',
  },
];
const columns = [declared('id', 'bigint')];
const isRoot = process.getuid?.() === 0;

/** Mounts a file system of its own, which only root can; always unmounted again. */
async function mounted(folder: string, options: string, work: () => Promise<void>): Promise<void> {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  try {
    await work();
  } finally {
    execFileSync('umount', [folder]);
  }
}

describe.each(FORMATS)('$name', ({ name, Target, old, fresh, added }) => {
  test('overwrite: the old file until the commit, then the new one with the same permissions', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, name);
      await writeFile(file, old);
      await chmod(file, 0o640);
      const { session, table } = await openOne(new Target(file), columns);
      expect(table.existing).toBeNull();
      await table.write({ rows: [{ id: 2 }], firstRow: 1 });
      expect(await readFile(file, 'utf8')).toBe(old);
      await session.commit(FINAL_COMMIT);
      expect(await readFile(file, 'utf8')).toBe(fresh);
      expect(session.bytes).toBe(fresh.length);
      expect((await stat(file)).mode & 0o777).toBe(0o640);
      expect(await filesIn(folder)).toEqual([name]);
    });
  });

  test.each(['overwrite', 'append'] as const)(
    '%s: a rollback leaves every byte and nothing else',
    async (mode) => {
      await inFolder(async (folder) => {
        const file = join(folder, name);
        await writeFile(file, old);
        const { session, table } = await openOne(new Target(file), columns, mode);
        await table.write({ rows: Array.from({ length: 3000 }, (_, id) => ({ id })), firstRow: 1 });
        const failing = table.write({ rows: [{ id: 3000 }, { id: 'x' }], firstRow: 3001 });
        await expect(failing).rejects.toMatchObject({ name: 'RowError', details: { row: 3002 } });
        await session.rollback();
        await session.rollback();
        expect(await readFile(file, 'utf8')).toBe(old);
        expect(await filesIn(folder)).toEqual([name]);
      });
    },
  );

  test('append: adds to the end, also where the last line has no newline', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, name);
      for (const before of [old, old.trimEnd()]) {
        await writeFile(file, before);
        await load(new Target(file), columns, [{ id: 2 }], 'append');
        expect(await readFile(file, 'utf8')).toBe(added);
      }
    });
  });

  test('append: makes a file that is not there, at once', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, name);
      const { session, table } = await openOne(new Target(file), columns, 'append');
      await table.write({ rows: [{ id: 2 }], firstRow: 1 });
      await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
      await session.commit(FINAL_COMMIT);
      expect(await readFile(file, 'utf8')).toBe(fresh);
    });
  });

  test('follows a symbolic link', async () => {
    await inFolder(async (folder) => {
      await mkdir(join(folder, 'data'));
      const real = join(folder, 'data', name);
      await writeFile(real, old);
      await symlink(real, join(folder, name));
      await load(new Target(join(folder, name)), columns, [{ id: 2 }]);
      expect((await lstat(join(folder, name))).isSymbolicLink()).toBe(true);
      expect(await readFile(real, 'utf8')).toBe(fresh);
    });
  });

  test.each(['overwrite', 'append'] as const)(
    '%s: follows a chain of symbolic links to a file that is not there yet',
    async (mode) => {
      await inFolder(async (folder) => {
        await mkdir(join(folder, 'data'));
        await symlink(name, join(folder, 'data', 'next'));
        await symlink(join('data', 'next'), join(folder, name));
        const { session } = await openOne(new Target(join(folder, name)), columns, mode);
        await session.rollback();
        await load(new Target(join(folder, name)), columns, [{ id: 2 }], mode);
        expect((await lstat(join(folder, name))).isSymbolicLink()).toBe(true);
        expect((await lstat(join(folder, 'data', 'next'))).isSymbolicLink()).toBe(true);
        expect(await readFile(join(folder, 'data', name), 'utf8')).toBe(fresh);
      });
    },
  );

  test('a symbolic link into a folder that is missing names that folder', async () => {
    await inFolder(async (folder) => {
      await symlink(join('missing', name), join(folder, name));
      await expect(openOne(new Target(join(folder, name)), columns)).rejects.toMatchObject({
        code: 'TARGET_UNWRITABLE',
        message: `the folder "${join(folder, 'missing')}" does not exist`,
      });
    });
  });

  test('a symbolic link to itself is refused', async () => {
    await inFolder(async (folder) => {
      await symlink(name, join(folder, name));
      await expect(openOne(new Target(join(folder, name)), columns)).rejects.toMatchObject({
        name: 'TargetError',
        message: `writing "${join(folder, name)}" failed: ELOOP`,
      });
    });
  });

  test('append: a rollback leaves the rows that another run added meanwhile', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, name);
      await writeFile(file, old);
      const { session, table } = await openOne(new Target(file), columns, 'append');
      await table.write({ rows: [{ id: 2 }], firstRow: 1 });
      await appendFile(file, 'of another run\n');
      await expect(session.rollback()).rejects.toMatchObject({
        name: 'TargetError',
        message: `"${file}" was changed by someone else during the run, so the rows of this run could not be taken out again`,
      });
      // The write of this run may come before or after.
      expect((await readFile(file, 'utf8')).replace('of another run\n', '')).toBe(added);
    });
  });

  test('append: a rollback does not make a file longer that became shorter meanwhile', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, name);
      await writeFile(file, old.repeat(100));
      const { session, table } = await openOne(new Target(file), columns, 'append');
      await table.write({ rows: [{ id: 2 }], firstRow: 1 });
      await table.write({ rows: [{ id: 2 }], firstRow: 2 });
      await truncate(file, 1);
      await expect(session.rollback()).rejects.toMatchObject({ name: 'TargetError' });
      expect((await stat(file)).size).toBeLessThan(old.length * 100);
    });
  });

  test('overwrite: a file that is read-only is refused and stays', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, name);
      await writeFile(file, old);
      const refused = async (message: string): Promise<void> => {
        const error = { name: 'TargetError', code: 'TARGET_UNWRITABLE', message };
        await expect(openOne(new Target(file), columns)).rejects.toMatchObject(error);
      };
      if (isRoot) {
        // Permissions do not stop root, a read-only file system does: here one of this file alone.
        execFileSync('mount', ['--bind', file, file]);
        try {
          execFileSync('mount', ['-o', 'remount,bind,ro', file]);
          await refused(`"${file}" is on a file system that is read-only`);
        } finally {
          execFileSync('umount', [file]);
        }
      } else {
        await chmod(file, 0o444);
        await refused(`there is no permission to write "${file}"`);
      }
      expect(await readFile(file, 'utf8')).toBe(old);
      expect(await filesIn(folder)).toEqual([name]);
    });
  });

  test('removes what dead runs left, and nothing of others', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, name);
      const child = spawn(process.execPath, ['-e', '']);
      await once(child, 'exit');
      const machine = hostname().replaceAll(/[^\w-]/g, '-');
      const stays = [
        `.${name}.run-0.${process.pid}@${machine}.part`,
        `.${name}.run-0.${child.pid}@another-machine.part`,
        `.${name}.x.csv.run-0.${child.pid}@${machine}.part`,
        `.${name}.notes.part`,
      ];
      const old = `.${name}.run-1.1@another-machine-that-is-gone.part`;
      for (const left of [...stays, old, `.${name}.run-0.${child.pid}@${machine}.part`]) {
        await writeFile(join(folder, left), 'left');
      }
      await utimes(join(folder, old), new Date(0), new Date(0));
      await load(new Target(file), columns, [{ id: 2 }]);
      expect(await filesIn(folder)).toEqual([...stays, name].sort());
    });
  });

  test('holds one table', async () => {
    await inFolder(async (folder) => {
      const { session } = await openOne(new Target(join(folder, name)), columns);
      await expect(session.openTable({ ...tableRequest(columns), name: 'lines' })).rejects.toMatchObject({
        code: 'TARGET_MODE_UNSUPPORTED',
      });
      await session.rollback();
      expect(await filesIn(folder)).toEqual([]);
    });
  });

  test('a folder that is missing, a file or read-only, and a name that is a folder, are named', async () => {
    await inFolder(async (folder) => {
      const attempt = (file: string) => openOne(new Target(file), columns);
      const refused = (message: string) => ({ name: 'TargetError', code: 'TARGET_UNWRITABLE', message });
      const missing = join(folder, 'missing');
      await expect(attempt(join(missing, name))).rejects.toMatchObject(
        refused(`the folder "${missing}" does not exist`),
      );
      const plain = join(folder, 'plain');
      await writeFile(plain, '');
      await expect(attempt(join(plain, name))).rejects.toMatchObject(refused(`"${plain}" is not a folder`));
      const taken = join(folder, name);
      await mkdir(taken);
      await expect(attempt(taken)).rejects.toMatchObject(refused(`"${taken}" is a folder, not a file`));
      const locked = join(folder, 'locked');
      await mkdir(locked);
      const file = join(locked, name);
      if (isRoot) {
        // Permissions do not stop root, a read-only file system does.
        await mounted(locked, 'ro', async () => {
          await expect(attempt(file)).rejects.toMatchObject(
            refused(`"${file}" is on a file system that is read-only`),
          );
        });
      } else {
        await chmod(locked, 0o555);
        await expect(attempt(file)).rejects.toMatchObject(
          refused(`there is no permission to write "${file}"`),
        );
      }
    });
  });

  test.each(['overwrite', 'append'] as const)(
    '%s: a full disk is one clear error, and the old file stays',
    async (mode) => {
      await inFolder(async (folder) => {
        const file = join(folder, name);
        const full = {
          name: 'TargetError',
          code: 'TARGET_DISK_FULL',
          message: `there is no space left to write "${file}"`,
        };
        if (!isRoot) {
          // Only root can mount a small disk; /dev/full gives the same error of the same system call.
          const device = await open('/dev/full', 'w');
          const error: unknown = await device.write('x').catch((failure: unknown) => failure);
          await device.close();
          expect(fileError(error, file)).toMatchObject(full);
          return;
        }
        await mounted(folder, 'size=1m', async () => {
          await writeFile(file, old);
          const { session, table } = await openOne(new Target(file), [inferred('id', 'string')], mode);
          const rows = Array.from({ length: 1000 }, (_, i) => ({ id: 'x'.repeat(500) + String(i) }));
          const fill = async (): Promise<void> => {
            for (let n = 0; n < 10; n += 1) await table.write({ rows, firstRow: n * 1000 + 1 });
            await session.commit(FINAL_COMMIT);
          };
          await expect(fill()).rejects.toMatchObject(full);
          await session.rollback();
          expect(await readFile(file, 'utf8')).toBe(old);
          expect(await filesIn(folder)).toEqual([name]);
        });
      });
    },
  );
});

test('a run that is killed in mid-write leaves the old file, and the next one cleans up', async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'orders.csv');
    await writeFile(file, 'id\n1\n');
    const target = resolve('src/targets/csv/csv-target.ts');
    const script = `
      const { createJiti } = await import('jiti');
      const { CsvTarget } = await createJiti(process.cwd() + '/').import(${JSON.stringify(target)});
      const id = { name: 'id', type: 'bigint', declared: true, nullable: true };
      const run = { runId: 'killed', pipeline: 'p', signal: new AbortController().signal };
      const session = await new CsvTarget(${JSON.stringify(file)}).begin(run);
      const table = await session.openTable({ name: 't', mode: 'overwrite', columns: [id], primaryKey: [] });
      for (let n = 1; ; n += 1) {
        await table.write({ rows: Array.from({ length: 1000 }, () => ({ id: n })), firstRow: 1 });
        if (n === 3) process.stdout.write('writing');
        await new Promise((done) => setTimeout(done, 10));
      }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const part = `.orders.csv.killed.${child.pid}@${hostname().replaceAll(/[^\w-]/g, '-')}.part`;
    expect(await filesIn(folder)).toEqual([part, 'orders.csv']);
    expect((await stat(join(folder, part))).size).toBeGreaterThan(0);
    expect(await readFile(file, 'utf8')).toBe('id\n1\n');
    await load(new CsvTarget(file), columns, [{ id: 2 }]);
    expect(await filesIn(folder)).toEqual(['orders.csv']);
    expect(await readFile(file, 'utf8')).toBe('id\n2\n');
  });
});
