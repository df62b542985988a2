// SPDX-License-Identifier: Apache-2.0
// The receipt link as a whole - shikaku and shikaku-workstation over libshikaku, curl and TLS -
// against a service that is played here, well and badly. Needs SHIKAKU and SHIKAKU_WORKSTATION
// (meson sets them) and openssl.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import https from "node:https";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";

const PASSWORD = "correct horse battery";
const PERIOD = ["--from", "20261101", "--to", "20261130"];
const PAGE = 2; // results a page, however many are asked for
let work, service, other, origin, state;

const id = (n) => n.toString(16).padStart(32, "0");

function result(n, person, more = {}) {
	const { insurer = "06130012", validity = "1", day = "22" } = more;
	return {
		id: id(n), confirmed_at: `202611${day}1030${String(n).padStart(2, "0")}`, method: "pin",
		staff: "sato", person, reference_version: 0, proof: `e30..${"A".repeat(90)}`,
		result: { XmlMsg: {
			MessageBody: {
				ProcessingResultStatus: "1", QualificationValidity: validity,
				ResultList: [{ ResultOfQualificationConfirmation: {
					Birthdate: person.birth, InsuredBranchNumber: person.branch ?? "01",
					InsuredCardClassification: "01", InsuredCardSymbol: "１２",
					InsuredCardValidDate: more.from ?? "20250401",
					InsuredIdentificationNumber: "0034", InsurerName: "見本健康保険組合",
					InsurerNumber: insurer, Name: person.name, NameKana: person.kana,
					Sex1: "1",
				} }],
			},
			MessageHeader: { SegmentOfResult: "1" },
		} },
	};
}

function problem(status, code, more = {}) {
	return [status, { type: `urn:shikaku:problem:${code}`, title: "題", status, code, action: "次",
		vendor: "詳", request_id: id(255), ...more }];
}

const tokens = () => [200, { access_token: `token-${++state.token}`, token_type: "Bearer",
	expires_in: 600, refresh_handle: `handle-${state.token}`, session_expires_in: 43200,
	account_kind: "WA", facility_name: "まる接骨院" }];

function found(query) {
	const wanted = query.get("reference") ?? "any";
	return state.results.filter((one) => wanted === "any" ||
		(wanted === "with") === Boolean(one.person.reference));
}

function page(query) {
	assert.match(query.get("from"), /^\d{14}$/);
	assert.match(query.get("to"), /^(20261130|20991231)235959$/);
	const all = found(query), at = Number(query.get("cursor") ?? 0);
	const results = all.slice(at, at + PAGE).map(({ person, ...one }) =>
		person.reference ? { ...one, reference_number: person.reference } : one);
	state.pages++;
	return [200, at + PAGE < all.length ? { results, next_cursor: String(at + PAGE) }
		: { results, new_cursor: String(all.length) }];
}

function register(url, said, key) {
	assert.match(key ?? "", /^[A-Za-z0-9_-]{16,64}$/);
	const one = state.results.find((any) => url === `/v1/results/${any.id}/reference`);
	if (!one)
		return problem(404, "result_unknown");
	if ((one.person.reference ?? null) !== said.expected)
		return problem(409, "reference_conflict", { held: { reference_number: one.person.reference } });
	one.person.reference = said.reference_number ?? undefined;
	return [200, { reference_number: said.reference_number, reference_version: ++state.version }];
}

function reply(request, body) {
	if (request.headers.dpop)
		state.proofs.push([request.url, JSON.parse(Buffer.from(request.headers.dpop.split(".")[0], "base64url"))]);
	const url = new URL(request.url, origin), said = body.length ? JSON.parse(body) : {};
	const bearer = request.headers.authorization;
	if (!["/v1/status", "/v1/login", "/v1/mfa", "/v1/refresh"].includes(url.pathname) &&
		bearer !== `Bearer token-${state.token}`)
		return problem(401, "token_invalid");
	switch (url.pathname) {
	case "/v1/status":
		return [200, state.status];
	case "/v1/login":
		assert.deepEqual(Object.keys(said.client).sort(), ["product", "vendor", "version"]);
		return said.password === PASSWORD ? [200, { challenge: "c", expires_in: 300 }]
			: problem(401, "credentials_refused");
	case "/v1/mfa":
		if (said.passcode === "000000")
			return problem(401, "passcode_reused");
		return tokens();
	case "/v1/refresh":
		return said.refresh_handle === `handle-${state.token}` && said.password === PASSWORD
			? tokens() : problem(401, "session_ended");
	case "/v1/devices":
		state.devices++;
		return [200, { device_id: id(77) }];
	case "/v1/logout":
		return [204, null];
	case "/v1/results/count":
		return [200, { count: found(url.searchParams).length,
			without_reference: found(url.searchParams).filter((one) => !one.person.reference).length,
			from: url.searchParams.get("from"), to: url.searchParams.get("to") }];
	case "/v1/results":
		return page(url.searchParams);
	default:
		return register(url.pathname, said, request.headers["idempotency-key"]);
	}
}

function serve(request, response) {
	const pieces = [];
	request.on("data", (piece) => pieces.push(piece));
	request.on("end", () => {
		state.requests++;
		if (state.bad) {
			state.bad(response);
			return;
		}
		const [status, body] = reply(request, Buffer.concat(pieces));
		response.writeHead(status, {
			"content-type": status < 400 ? "application/json" : "application/problem+json",
			"x-request-id": id(255),
		});
		response.end(body === null ? undefined : JSON.stringify(body));
	});
}

const listen = (server) => new Promise((done) => server.listen(0, "127.0.0.1", () =>
	done(server.address().port)));

before(async () => {
	work = fs.mkdtempSync(path.join(os.tmpdir(), "link."));
	for (const name of ["good", "foreign"])
		execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt",
			"ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
			"-addext", "subjectAltName=DNS:localhost", "-keyout", path.join(work, `${name}.key`),
			"-out", path.join(work, `${name}.pem`)], { stdio: "ignore" });
	const secure = (name) => ({ key: fs.readFileSync(path.join(work, `${name}.key`)),
		cert: fs.readFileSync(path.join(work, `${name}.pem`)) });
	service = https.createServer(secure("good"), serve);
	other = https.createServer(secure("foreign"), serve);
	origin = `https://localhost:${await listen(service)}`;
	other.origin = `https://localhost:${await listen(other)}`;
});

after(() => {
	service.closeAllConnections?.();
	other.closeAllConnections?.();
	service.close();
	other.close();
	fs.rmSync(work, { recursive: true });
});

beforeEach(() => {
	state = { token: 0, version: 0, requests: 0, pages: 0, devices: 0, proofs: [], results: [] };
	fs.rmSync(path.join(work, "session-keys"), { recursive: true, force: true });
	for (const name of ["session", "home", "other", "third", "disk", "out"])
		fs.rmSync(path.join(work, name), { force: true, recursive: true });
});

function run(program, words, input = "") {
	return new Promise((done) => {
		const child = spawn(program, ["--ca", path.join(work, "good.pem"),
			"--session", path.join(work, "session"), ...words], { stdio: "pipe" });
		let out = "", err = "";
		child.stdout.on("data", (text) => { out += text; });
		child.stderr.on("data", (text) => { err += text; });
		child.stdin.on("error", () => {}); // it may not read what it does not need
		child.on("close", (status) => done({ status, out, err }));
		child.stdin.end(input);
	});
}
const shikaku = (words, input) => run(process.env.SHIKAKU, words, input);
/** The charts open by a staff member's password; the first command of a test sets the PC up. */
const DESK = "the desk's own words";
const OPENS = new Set(["sync", "charts", "chart", "results", "pending", "link", "new"]);
const home = () => path.join(work, "home");
let recovery;
async function station(words, input = "") {
	if (!fs.existsSync(home())) {
		const { status, out, err } = await run(process.env.SHIKAKU_WORKSTATION, ["--home", home(),
			"init", "--facility", "1312345679", "--name", "見本　受付"], `${DESK}\n`);
		assert.equal(status, 0, err);
		[recovery] = /([2-9A-HJ-NP-Z]{4}-){10}[2-9A-HJ-NP-Z]{4}/.exec(out);
	}
	return run(process.env.SHIKAKU_WORKSTATION, ["--home", home(), ...words],
		words.some((word) => OPENS.has(word)) ? `${DESK}\n${input}` : input);
}
const LOGIN = (to = origin) => ["--service", to, "login", "--facility", "1312345679",
	"--id", "WA0000001"];

async function loggedIn(program = shikaku) {
	const { status, err } = await program(LOGIN(), `${PASSWORD}\n123456\n`);
	assert.equal(status, 0, err);
	assert.match(err, /まる接骨院/);
}

const ichi = () => ({ name: "見本　一", kana: "ﾐﾎﾝ ｲﾁ", birth: "19800401" });
const ni = () => ({ name: "●田　二", kana: "ﾏﾙﾀﾞ ﾆ", birth: "19750101", branch: "02" });

test("the session lies in a file of the owner's only, without the password", async () => {
	await loggedIn();
	const file = path.join(work, "session");
	assert.equal(fs.statSync(file).mode & 0o777, 0o600);
	assert.doesNotMatch(fs.readFileSync(file, "utf8"), /correct horse/);
});

test("this PC has a key of its own, proves its logins and registers itself", async () => {
	await loggedIn();
	const [keys] = fs.readdirSync(path.join(work, "session-keys"));
	assert.match(keys, /^[0-9a-f]{32}\.key$/);
	const file = path.join(work, "session-keys", keys);
	assert.equal(fs.statSync(file).mode & 0o777, 0o600);
	assert.equal(fs.statSync(path.dirname(file)).mode & 0o777, 0o700);
	assert.deepEqual(state.proofs.map(([url]) => url), ["/v1/login", "/v1/mfa", "/v1/devices"]);
	assert.equal(new Set(state.proofs.map(([, header]) => JSON.stringify(header.jwk))).size, 1);
	assert.doesNotMatch(fs.readFileSync(path.join(work, "session"), "utf8"), /PRIVATE/);
	// The next login is by the same key; a file that others could read is not used.
	await loggedIn();
	assert.equal(new Set(state.proofs.map(([, header]) => JSON.stringify(header.jwk))).size, 1);
	fs.chmodSync(file, 0o640);
	const done = await shikaku(LOGIN(), `${PASSWORD}\n123456\n`);
	assert.equal(done.status, 1);
	assert.match(done.err, /file_unusable/);
});

test("count, refresh, download page by page, log out", async () => {
	const person = ni();
	state.results = [1, 2, 3, 4, 5].map((n) => result(n, n === 3 ? person : ichi()));
	person.reference = "カルテ 3";
	await loggedIn();
	let done = await shikaku(["count", ...PERIOD]);
	assert.equal(done.status, 0, done.err);
	assert.match(done.out, /資格確認結果: 5件（照会番号なし: 4件）/);
	done = await shikaku(["refresh"], `${PASSWORD}\n`);
	assert.equal(done.status, 0, done.err);
	assert.equal(state.token, 2);
	done = await shikaku(["download", ...PERIOD]);
	assert.equal(done.status, 0, done.err);
	assert.equal(state.pages, 3);
	const lines = done.out.trim().split("\n").map((line) => JSON.parse(line));
	assert.deepEqual(lines.map((line) => line.id), [1, 2, 3, 4, 5].map(id));
	assert.deepEqual(lines[2].result, state.results[2].result);
	assert.equal(lines[2].reference_number, "カルテ 3");
	assert.equal("reference_number" in lines[0], false);
	assert.equal(done.err, "", "no progress bar where nobody watches");
	done = await shikaku(["logout"]);
	assert.equal(done.status, 0, done.err);
	assert.equal(fs.existsSync(path.join(work, "session")), false);
	assert.equal((await shikaku(["count", ...PERIOD])).status, 5);
});

test("a file of results is whole and its owner's only", async () => {
	state.results = [result(1, ichi())];
	await loggedIn();
	const out = path.join(work, "out");
	const done = await shikaku(["download", ...PERIOD, "--out", out]);
	assert.equal(done.status, 0, done.err);
	assert.equal(fs.statSync(out).mode & 0o777, 0o600);
	assert.equal(JSON.parse(fs.readFileSync(out, "utf8")).id, id(1));
	assert.equal(fs.existsSync(`${out}.part`), false);
});

test("a number is registered, a conflict shows the one that is held", async () => {
	state.results = [result(1, ichi())];
	await loggedIn();
	assert.equal((await shikaku(["reference", id(1), "A-1"])).status, 0);
	assert.equal(state.results[0].person.reference, "A-1");
	let done = await shikaku(["reference", id(1), "A-2"]);
	assert.equal(done.status, 8);
	assert.match(done.err, /いま登録されている照会番号: A-1/);
	assert.match(done.err, /次にすること: /);
	assert.match(done.err, new RegExp(id(255)));
	done = await shikaku(["reference", id(1), "A-2", "--expected", "A-1"]);
	assert.equal(done.status, 0, done.err);
	done = await shikaku(["reference", id(9), "A-3"]);
	assert.equal(done.status, 7);
});

test("what the operator says is shown to anybody who asks", async () => {
	state.status = { state: "planned", text: "点検の予定があります。", from: "20261201220000",
		until: "20261201233000", message: "サーバーを入れ替えます。" };
	const { status, out } = await shikaku(["--service", origin, "status"]);
	assert.equal(status, 0);
	assert.equal(out,
		"点検の予定があります。（12月1日 22:00 から12月1日 23:30 まで）サーバーを入れ替えます。\n");
	state.status = { state: "normal", text: "通常どおり使えます。" };
	assert.equal((await shikaku(["--service", origin, "status"])).out, "通常どおり使えます。\n");
});

test("wrong password, used passcode: each its own message and exit", async () => {
	let done = await shikaku(LOGIN(), "wrong horse battery\n123456\n");
	assert.equal(done.status, 3);
	assert.match(done.err, /credentials_refused/);
	done = await shikaku(LOGIN(), `${PASSWORD}\n000000\n`);
	assert.equal(done.status, 4);
	assert.match(done.err, /passcode_reused/);
	// The password step still stands.
	done = await shikaku(["mfa"], "123456\n");
	assert.equal(done.status, 0, done.err);
});

test("another certificate is refused before anything is sent", async () => {
	const done = await shikaku(LOGIN(other.origin), `${PASSWORD}\n123456\n`);
	assert.equal(done.status, 9);
	assert.match(done.err, /tls_refused/);
	assert.equal(state.requests, 0);
});

test("a name the certificate does not have is refused", async () => {
	const done = await shikaku(LOGIN(origin.replace("localhost", "127.0.0.1")), `${PASSWORD}\n`);
	assert.equal(done.status, 9);
	assert.equal(state.requests, 0);
});

test("a session is not taken to another service", async () => {
	await loggedIn();
	state.requests = 0;
	const done = await shikaku(["--service", other.origin, "count", ...PERIOD]);
	assert.equal(done.status, 5);
	assert.equal(state.requests, 0);
});

test("a redirect is not followed", async () => {
	state.bad = (response) => response.writeHead(302, { location: `${origin}/v1/health` }).end();
	const done = await shikaku(LOGIN(), `${PASSWORD}\n123456\n`);
	assert.equal(done.status, 9);
	assert.match(done.err, /reply_malformed/);
	assert.equal(state.requests, 1);
});

test("a cut reply, a flood and a stranger's page are told apart from an answer", async () => {
	for (const bad of [
		(response) => {
			response.writeHead(200, { "content-type": "application/json", "content-length": "500" });
			response.write("{\"challenge\":");
			setTimeout(() => response.destroy(), 50);
		},
		(response) => response.writeHead(200, { "content-type": "application/json" })
			.end(`{"challenge":"${"x".repeat(200000)}","expires_in":300}`),
		(response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
	]) {
		state.bad = bad;
		const done = await shikaku(LOGIN(), `${PASSWORD}\n123456\n`);
		assert.equal(done.status, 9, done.err);
	}
});

test("a proxy is asked to connect", async () => {
	const asked = [];
	const proxy = net.createServer((socket) => socket.once("data", (bytes) => {
		asked.push(bytes.toString().split("\r\n")[0]);
		const [, host, port] = /^CONNECT (\w+):(\d+) /.exec(asked[0]);
		const beyond = net.connect(Number(port), host === "localhost" ? "127.0.0.1" : host, () => {
			socket.write("HTTP/1.1 200 OK\r\n\r\n");
			socket.pipe(beyond).pipe(socket);
		});
		for (const end of [socket, beyond])
			end.on("error", () => { socket.destroy(); beyond.destroy(); });
	}));
	const port = await listen(proxy);
	const done = await shikaku(["--proxy", `http://127.0.0.1:${port}`, ...LOGIN()],
		`${PASSWORD}\n123456\n`);
	proxy.close();
	assert.equal(done.status, 0, done.err);
	assert.match(asked[0], /^CONNECT localhost:/);
});

test("the workstation makes charts, registers numbers, and does nothing twice", async () => {
	const one = ichi(), two = ni();
	state.results = [result(1, one), result(2, two), result(3, one)];
	await loggedIn(station);
	let done = await station(["sync", ...PERIOD]);
	assert.equal(done.status, 0, done.err);
	assert.match(done.out, /新規カルテ: 2件/);
	assert.match(done.out, /照会番号で紐付け: 1件/);
	assert.match(done.out, /照会番号の登録: 2件（未登録: 0件）/);
	assert.deepEqual([one.reference, two.reference], ["1", "2"]);
	done = await station(["sync", ...PERIOD]);
	assert.equal(done.status, 0, done.err);
	assert.match(done.out, /受け取った結果: 3件（うち取り込み済み: 3件）/);
	assert.match(done.out, /新規カルテ: 0件/);
	assert.equal(state.version, 2);
	done = await station(["charts"]);
	assert.match(done.out, /●田　二/);
	assert.match(done.out, /昭和55年4月1日/);
	assert.equal(done.out.trim().split("\n").length, 2);
});

test("a change of insurer reaches the chart without anyone typing", async () => {
	const one = ichi();
	state.results = [result(1, one)];
	await loggedIn(station);
	assert.equal((await station(["sync", ...PERIOD])).status, 0);
	state.results.push(result(2, one, { insurer: "01130012", from: "20261120", day: "23" }));
	let done = await station(["sync", ...PERIOD]);
	assert.match(done.out, /保険の追加: 1件/);
	done = await station(["chart", "1"]);
	assert.match(done.out, /保険1 {2}06130012/);
	assert.match(done.out, /令和8年11月19日 まで/);
	assert.match(done.out, /保険2 {2}01130012/);
	assert.match(done.out, /令和8年11月20日 から （現在）/);
	assert.equal((await station(["chart", "99"])).status, 7);
});

test("without a period only what is new is taken in", async () => {
	state.results = [result(1, ichi()), result(2, ni())];
	await loggedIn(station);
	let done = await station(["sync"]);
	assert.equal(done.status, 0, done.err);
	assert.match(done.out, /受け取った結果: 2件/);
	state.results.push(result(3, ichi(), { day: "23" }));
	state.results[2].person.reference = "1";
	done = await station(["sync"]);
	assert.match(done.out, /受け取った結果: 1件/);
	assert.match(done.out, /照会番号で紐付け: 1件/);
	done = await station(["sync"]);
	assert.match(done.out, /受け取った結果: 0件/);
	assert.equal((await station(["sync", "--from", "20261101"])).status, 2);
});

test("a namesake is shown, not chosen", async () => {
	state.results = [result(1, ichi()), result(2, ichi(), { insurer: "01130012" })];
	await loggedIn(station);
	let done = await station(["sync", ...PERIOD]);
	assert.match(done.out, /確認が必要: 1件/);
	done = await station(["pending"]);
	assert.match(done.out, /同じ患者さんと思われるカルテが1つあります/);
	assert.match(done.out, /候補:/);
	assert.match(done.out, new RegExp(id(2)));
});

test("a backup comes back on another PC, by a password or by the paper", async () => {
	state.results = [result(1, ichi()), result(2, ni())];
	await loggedIn(station);
	assert.equal((await station(["sync", ...PERIOD])).status, 0);
	const charts = await station(["charts"]);
	assert.match(charts.out, /見本/);
	const disk = path.join(work, "disk"), on = (name, words, input) =>
		run(process.env.SHIKAKU_WORKSTATION, ["--home", path.join(work, name), ...words], `${input}\n`);
	let done = await on("home", ["backup", disk], DESK);
	assert.notEqual(done.status, 0);
	assert.match(done.err, /backup_unreachable/);
	fs.mkdirSync(disk);
	done = await on("home", ["backup", disk], DESK);
	assert.equal(done.status, 0, done.err);
	const [name] = fs.readdirSync(disk);
	const backup = path.join(disk, name);
	assert.match(name, /^shikaku-\d{14}$/);
	for (const file of fs.readdirSync(backup))
		assert.doesNotMatch(fs.readFileSync(path.join(backup, file), "utf8"), /見本　一|ﾐﾎﾝ/);
	// A staff member at the new PC; the wrong password opens nothing there either.
	assert.match((await on("other", ["restore", backup], "something else")).err, /desk_password_wrong/);
	done = await on("other", ["restore", backup], DESK);
	assert.equal(done.status, 0, done.err);
	assert.equal((await on("other", ["charts"], DESK)).out, charts.out);
	assert.match((await on("other", ["restore", backup], DESK)).err, /backup_home_taken/);
	// Nobody knows a password any more: the paper, with a typo first.
	const typo = recovery.slice(0, 10) + (recovery[10] === "A" ? "B" : "A") + recovery.slice(11);
	done = await on("third", ["restore", backup, "--recovery-key"], typo);
	assert.match(done.err, /desk_recovery_wrong/);
	assert.match(done.err, /3番目の組/);
	done = await on("third", ["restore", backup, "--recovery-key"], recovery.toLowerCase());
	assert.equal(done.status, 0, done.err);
	done = await on("third", ["recover", "--staff", "01"], `${recovery}\na stream and a stone`);
	assert.equal(done.status, 0, done.err);
	assert.match((await on("third", ["charts"], DESK)).err, /desk_password_wrong/);
	assert.equal((await on("third", ["charts"], "a stream and a stone")).out, charts.out);
	fs.rmSync(disk, { recursive: true });
});
