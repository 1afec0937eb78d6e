// Each method of the `openai` package for JavaScript; run where `npm install openai` was.

import assert from "node:assert/strict";
import crypto from "node:crypto";
import { createRequire } from "node:module";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";

// The package lies in the folder where this is run, and not beside this file.
const installed = createRequire(path.join(process.cwd(), "here.js")).resolve("openai");
const { default: OpenAI, toFile } = await import(pathToFileURL(installed));

// This client asks for an administrator's key before it sends a checkpoint's permissions; here, one key is all.
const client = new OpenAI({ maxRetries: 0, adminAPIKey: process.env.OPENAI_API_KEY });

const base = "random-tiny";
const project = process.env.PROJECT_ID;
const short = { n_epochs: 2, batch_size: 2, learning_rate_multiplier: 1 };
const long = { n_epochs: 50, batch_size: 1, learning_rate_multiplier: 1 };
const asked = [{ role: "user", content: "Word 3?" }];

const turns = (n) => [{ role: "system", content: "You know words." }, { role: "user", content: `Word ${n}?` }];
const said = (content) => [{ role: "assistant", content }];
const lines = (row) => Buffer.from(Array.from({ length: 12 }, (_, n) => JSON.stringify(row(n)) + "\n").join(""));
const chats = lines((n) => ({ messages: [...turns(n), ...said(`Word ${n * n}!`)] }));
const preferences = lines((n) => ({
  input: { messages: turns(n) },
  preferred_output: said(`Word ${n * n}!`),
  non_preferred_output: said("No."),
}));

/** Tell that the calls inside worked, or how they did not. */
async function ability(name, calls) {
  try {
    const given = await calls();
    console.log(JSON.stringify({ ability: name, ok: true }));
    return given;
  } catch (error) {
    console.log(JSON.stringify({ ability: name, ok: false, error: error.stack }));
  }
}

/** All items of a stream, or of all pages of a list. */
async function every(source) {
  const items = [];
  for await (const item of await source) items.push(item);
  return items;
}

async function uploaded(content = chats) {
  return client.files.create({ file: await toFile(content, "rows.jsonl"), purpose: "fine-tune" });
}

const supervised = (hyperparameters) => ({ type: "supervised", supervised: { hyperparameters } });

async function until(job, status) {
  for (let tries = 0; tries < 1200; tries++) {
    const seen = await client.fineTuning.jobs.retrieve(job);
    if (seen.status === status) return seen;
    assert(!["succeeded", "failed", "cancelled"].includes(seen.status), `${seen.status}: ${seen.error?.message}`);
    await sleep(100);
  }
  throw new Error(`the job never became ${status}`);
}

async function probeFiles() {
  const file = await ability("files.create", async () => {
    const file = await uploaded();
    assert.deepEqual([file.filename, file.bytes, file.purpose], ["rows.jsonl", chats.length, "fine-tune"]);
    return file;
  });
  await ability("files.retrieve", async () => assert.deepEqual(await client.files.retrieve(file.id), file));
  await ability("files.content", async () => {
    const content = await client.files.content(file.id);
    assert.deepEqual(Buffer.from(await content.arrayBuffer()), chats);
  });
  await ability("files.list", async () => {
    const other = await uploaded();
    const page = await client.files.list({ limit: 1, purpose: "fine-tune" });
    assert.equal(page.data[0].id, other.id);
    assert(page.hasNextPage());
    const ids = (await every(client.files.list({ limit: 2, order: "asc" }))).map((one) => one.id);
    assert.deepEqual(ids.slice(-2), [file.id, other.id]);
  });
  await ability("files.expires", async () => {
    const expires_after = { anchor: "created_at", seconds: 3600 };
    const given = await toFile(chats, "rows.jsonl");
    const short = await client.files.create({ file: given, purpose: "fine-tune", expires_after });
    assert.equal(short.expires_at, short.created_at + 3600);
  });
  await ability("files.wait", async () => {
    assert.equal((await client.files.waitForProcessing(file.id)).status, "processed");
  });
  await ability("files.delete", async () => {
    assert((await client.files.delete(file.id)).deleted);
    assert(!(await every(client.files.list())).some((one) => one.id === file.id));
  });
}

async function probeUploads() {
  const about = { filename: "rows.jsonl", purpose: "fine-tune", mime_type: "text/jsonl", bytes: chats.length };
  await ability("uploads.parts", async () => {
    const upload = await client.uploads.create(about);
    const pieces = [chats.subarray(0, 500), chats.subarray(500)];
    const parts = await Promise.all(
      pieces.map(async (piece) => client.uploads.parts.create(upload.id, { data: await toFile(piece) })),
    );
    const md5 = crypto.createHash("md5").update(chats).digest("hex");
    const done = await client.uploads.complete(upload.id, { part_ids: parts.map((one) => one.id), md5 });
    assert.equal(done.status, "completed");
    assert.equal(await (await client.files.content(done.file.id)).text(), chats.toString());
  });
  await ability("uploads.cancel", async () => {
    const upload = await client.uploads.create(about);
    assert.equal((await client.uploads.cancel(upload.id)).status, "cancelled");
  });
}

async function probeJobs() {
  const { jobs } = client.fineTuning;
  const metadata = { client: `javascript ${Date.now()}` };
  const job = await ability("jobs.create", async () => {
    const files = { training_file: (await uploaded()).id, validation_file: (await uploaded()).id };
    const integrations = [{ type: "wandb", wandb: { project: "words" } }];
    const options = { suffix: "words", seed: 7, metadata, integrations };
    const job = await jobs.create({ model: base, ...files, method: supervised(short), ...options });
    assert.deepEqual([job.status, job.seed, job.metadata], ["validating_files", 7, metadata]);
    assert.equal(job.integrations[0].wandb.project, "words");
    return job;
  });
  const ended = await ability("jobs.retrieve", async () => {
    const ended = await until(job.id, "succeeded");
    assert.equal(ended.hyperparameters.n_epochs, 2);
    assert(ended.trained_tokens > 0);
    const results = await (await client.files.content(ended.result_files[0])).text();
    assert(Buffer.from(results, "base64").toString().startsWith("step,train_loss"));
    return ended;
  });
  await ability("jobs.list", async () => {
    const marked = await every(jobs.list({ limit: 1, metadata }));
    assert.deepEqual(marked.map((one) => one.id), [job.id]);
    assert((await every(jobs.list({ limit: 1 }))).some((one) => one.id === job.id));
  });
  await ability("jobs.events", async () => {
    const events = await every(jobs.listEvents(job.id, { limit: 5 }));
    const steps = events.filter((one) => one.type === "metrics").map((one) => one.data.step);
    assert.deepEqual(steps, Array.from({ length: 12 }, (_, n) => 12 - n));
    assert.equal(events.at(-1).message, `Created fine-tuning job: ${job.id}`);
  });
  const checkpoints = await ability("jobs.checkpoints", async () => {
    const checkpoints = await every(jobs.checkpoints.list(job.id, { limit: 1 }));
    assert.deepEqual(checkpoints.map((one) => one.step_number), [12, 6]);
    return checkpoints;
  });
  await ability("jobs.continue", async () => {
    const { fine_tuned_model: model, training_file } = ended;
    const again = await jobs.create({ model, training_file, method: supervised(short) });
    assert.notEqual((await until(again.id, "succeeded")).fine_tuned_model, model);
  });
  return [ended.fine_tuned_model, checkpoints.at(-1).fine_tuned_model_checkpoint];
}

async function probePreferences() {
  await ability("jobs.preferences", async () => {
    const training_file = (await uploaded(preferences)).id;
    const method = { type: "dpo", dpo: { hyperparameters: { ...short, beta: 0.1 } } };
    const job = await client.fineTuning.jobs.create({ model: base, training_file, method });
    assert.equal((await until(job.id, "succeeded")).method.dpo.hyperparameters.beta, 0.1);
  });
}

async function probeSteering() {
  const { jobs } = client.fineTuning;
  const training_file = (await uploaded(Buffer.concat(Array(20).fill(chats)))).id;
  const job = await jobs.create({ model: base, training_file, method: supervised(long) });
  await ability("jobs.pause", async () => {
    await until(job.id, "running");
    assert.equal((await jobs.pause(job.id)).id, job.id);
    await until(job.id, "paused");
  });
  await ability("jobs.resume", async () => {
    assert.equal((await jobs.resume(job.id)).status, "queued");
    await until(job.id, "running");
  });
  await ability("jobs.cancel", async () => assert.equal((await jobs.cancel(job.id)).status, "cancelled"));
}

async function probeChat(model, checkpoint) {
  const ask = (options) => client.chat.completions.create({ model, messages: asked, ...options });
  const plain = await ability("chat.create", async () => {
    const plain = await ask({ max_completion_tokens: 5, temperature: 0 });
    assert.equal(plain.model, model);
    assert.equal(plain.choices[0].message.role, "assistant");
    return plain;
  });
  await ability("chat.checkpoint", async () => {
    const earlier = await ask({ model: checkpoint, max_tokens: 1 });
    assert.equal(earlier.choices[0].finish_reason, "length");
  });
  await ability("chat.n", async () => {
    const options = { n: 3, seed: 5, max_tokens: 4, stop: "§", presence_penalty: 1 };
    const [first, again] = [await ask(options), await ask(options)];
    assert.equal(first.choices.length, 3);
    assert.deepEqual(first.choices, again.choices);
  });
  await ability("chat.stream", async () => {
    const options = { max_tokens: 5, temperature: 0, stream: true, stream_options: { include_usage: true } };
    const chunks = await every(ask(options));
    const spoken = chunks.map((one) => one.choices[0]?.delta.content ?? "").join("");
    assert.equal(spoken, plain.choices[0].message.content);
    assert.deepEqual(chunks.at(-1).usage, plain.usage);
    const whole = await client.chat.completions.stream({ model, messages: asked, max_tokens: 5, temperature: 0 });
    assert.equal(await whole.finalContent(), spoken);
  });
  await ability("chat.logprobs", async () => {
    const scored = await ask({ max_tokens: 3, temperature: 0, logprobs: true, top_logprobs: 2 });
    const tokens = scored.choices[0].logprobs.content;
    assert(tokens.length > 0);
    assert(tokens.every((one) => one.logprob <= 0 && one.top_logprobs.length === 2));
  });
  await ability("chat.json", async () => {
    const messages = [{ role: "user", content: "Answer in JSON." }];
    const response_format = { type: "json_object" };
    const made = await ask({ model: base, messages, response_format, seed: 4, max_tokens: 400 });
    assert.equal(typeof JSON.parse(made.choices[0].message.content), "object");
  });
}

async function probeStored(model) {
  const { completions } = client.chat;
  const metadata = { client: `javascript ${Date.now()}` };
  const kept = await ability("stored.create", async () =>
    completions.create({ model, messages: asked, max_tokens: 2, store: true, metadata }),
  );
  await ability("stored.list", async () => {
    assert.deepEqual((await every(completions.list({ metadata, limit: 1 }))).map((one) => one.id), [kept.id]);
  });
  await ability("stored.retrieve", async () => {
    assert.equal((await completions.retrieve(kept.id)).choices[0].message.content, kept.choices[0].message.content);
  });
  await ability("stored.messages", async () => {
    const messages = await every(completions.messages.list(kept.id));
    assert.deepEqual(messages.map((one) => one.content), ["Word 3?"]);
  });
  await ability("stored.update", async () => {
    assert.deepEqual((await completions.update(kept.id, { metadata: { good: "yes" } })).metadata, { good: "yes" });
  });
  await ability("stored.delete", async () => assert((await completions.delete(kept.id)).deleted));
}

async function probeCompletions(model) {
  const complete = (options) => client.completions.create({ model, max_tokens: 3, ...options });
  await ability("completions.text", async () => {
    const both = await complete({ prompt: ["Word", "The word"] });
    assert.deepEqual(both.choices.map((one) => one.index), [0, 1]);
  });
  await ability("completions.ids", async () => {
    assert.equal((await complete({ prompt: [1, 2, 3] })).usage.prompt_tokens, 3);
  });
  await ability("completions.echo", async () => {
    const { choices } = await complete({ prompt: "Word", echo: true, logprobs: 2, max_tokens: 0 });
    assert.equal(choices[0].text, "Word");
    assert.equal(choices[0].logprobs.token_logprobs[0], null);
  });
  await ability("completions.stream", async () => {
    const pieces = await every(complete({ prompt: "Word", stream: true }));
    assert(["length", "stop"].includes(pieces.at(-1).choices[0].finish_reason));
  });
}

async function probePermissions(checkpoint) {
  const { permissions } = client.fineTuning.checkpoints;
  const made = await ability("permissions.create", async () => {
    const [made] = await every(permissions.create(checkpoint, { project_ids: [project] }));
    assert.equal(made.project_id, project);
    return made;
  });
  await ability("permissions.list", async () => {
    assert.deepEqual((await every(permissions.list(checkpoint))).map((one) => one.id), [made.id]);
  });
  await ability("permissions.delete", async () => {
    assert((await permissions.delete(made.id, { fine_tuned_model_checkpoint: checkpoint })).deleted);
  });
}

async function probeGraders() {
  const { graders } = client.fineTuning.alpha;
  const grader = {
    type: "string_check",
    name: "the same word",
    operation: "eq",
    input: "{{sample.output_text}}",
    reference: "{{item.word}}",
  };
  await ability("graders.validate", async () => {
    assert.equal((await graders.validate({ grader })).grader.name, grader.name);
  });
  await ability("graders.run", async () => {
    for (const [model_sample, reward] of [["cat", 1], ["dog", 0]]) {
      assert.equal((await graders.run({ grader, model_sample, item: { word: "cat" } })).reward, reward);
    }
  });
}

async function probeErrors() {
  await ability("errors.key", async () => {
    const stranger = new OpenAI({ apiKey: "sk-wrong", maxRetries: 0 });
    await assert.rejects(stranger.models.list(), (error) => {
      return error instanceof OpenAI.AuthenticationError && error.code === "invalid_api_key";
    });
  });
  await ability("errors.missing", async () => {
    await assert.rejects(client.fineTuning.jobs.retrieve("ftjob-none"), (error) => {
      return error instanceof OpenAI.NotFoundError && error.code === "fine_tune_not_found" && !!error.requestID;
    });
  });
  await ability("errors.refused", async () => {
    const hot = { model: base, messages: asked, temperature: 3 };
    await assert.rejects(client.chat.completions.create(hot), (error) => {
      return error instanceof OpenAI.BadRequestError && error.param === "temperature";
    });
  });
}

async function probeRaw() {
  await ability("raw.response", async () => {
    const { data, response, request_id } = await client.models.retrieve(base).withResponse();
    assert.equal(data.id, base);
    assert.equal(response.headers.get("x-request-id"), request_id);
  });
  await ability("raw.stream", async () => {
    const response = await client.files.content((await uploaded()).id).asResponse();
    assert.deepEqual(Buffer.concat(await every(response.body)), chats);
  });
}

async function probeModels(model) {
  await ability("models.list", async () => {
    const ids = (await every(client.models.list())).map((one) => one.id);
    assert(ids.includes(model) && ids.includes(base));
  });
  await ability("models.retrieve", async () => assert.equal((await client.models.retrieve(model)).id, model));
  await ability("models.delete", async () => {
    assert((await client.models.delete(model)).deleted);
    assert(!(await every(client.models.list())).some((one) => one.id === model));
  });
}

await probeFiles();
await probeUploads();
const [model, checkpoint] = await probeJobs();
await probePreferences();
await probeSteering();
await probeChat(model, checkpoint);
await probeStored(model);
await probeCompletions(model);
await probePermissions(checkpoint);
await probeGraders();
await probeErrors();
await probeRaw();
await probeModels(model);
