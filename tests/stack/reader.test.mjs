// SPDX-License-Identifier: Apache-2.0
// shikaku-reader as a whole - real pcscd, virtual cards, TLS - against a service that is played here
// and checks by its own means what the reader sends. Needs SHIKAKU_READER, SHIKAKU_SIM_CARD,
// SHIKAKU_SIM_PKI (meson sets them) and root.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import https from "node:https";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), "../..");
const pcscd = path.join(root, "tools/pcscd.sh");
const skip = process.getuid() !== 0 && "pcscd in namespaces of its own needs root";
const PASSWORD = "correct horse battery";
const CODE = "ABCD-EFGH-JKLM";
let work, world, service, origin, socket;
// What the played service does and has seen.
let nonce = 0, answer, seen;

const person = {
	ResultOfQualificationConfirmation: {
		InsuredCardClassification: "01", InsurerNumber: "06130012",
		InsurerName: "見本健康保険組合", InsuredCardSymbol: "12",
		InsuredIdentificationNumber: "34", InsuredBranchNumber: "01",
		Name: "見本　太郎", NameKana: "ﾐﾎﾝ ﾀﾛｳ", Sex1: "1", Birthdate: "19800401",
	},
};
const confirmation = {
	id: "00112233445566778899aabbccddeeff",
	confirmed_at: "20261122103000",
	proof: `e30..${"A".repeat(90)}`,
	result: {
		XmlMsg: {
			MessageBody: {
				ProcessingResultStatus: "1", QualificationValidity: "1",
				ResultList: [person],
			},
			MessageHeader: {
				CharacterCodeIdentifier: "0", MedicalInstitutionCode: "1312345670",
				ProcessExecutionTime: "20261122103000",
				QualificationConfirmationDate: "20261122",
				ReferenceClassification: "1", SegmentOfResult: "1",
			},
		},
	},
};

function problem(status, code) {
	return [status, {
		type: `urn:shikaku:problem:${code}`, title: "題", status, code, action: "次",
		vendor: "詳", request_id: "0123456789abcdef0123456789abcdef",
	}];
}

const sha256 = (bytes) => crypto.createHash("sha256").update(bytes).digest();

// RFC 9449, by node's own crypto; answers the key's RFC 7638 thumbprint.
function proofCheck(request, body) {
	const [head, claims, signature] = request.headers.dpop.split(".");
	const { typ, alg, jwk } = JSON.parse(Buffer.from(head, "base64url"));
	const said = JSON.parse(Buffer.from(claims, "base64url"));
	assert.equal(typ, "dpop+jwt");
	assert.equal(alg, "ES256");
	assert.equal(said.htm, request.method);
	assert.equal(said.htu, origin + request.url);
	const key = crypto.createPublicKey({ key: jwk, format: "jwk" });
	assert.ok(crypto.verify("sha256", Buffer.from(`${head}.${claims}`),
		{ key, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url")));
	if (said.body_sha256)
		assert.equal(said.body_sha256, sha256(body).toString("base64url"));
	return sha256(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }))
		.toString("base64url");
}

// What the card must have signed: each part behind its length in 8 bytes.
function framed(parts) {
	return Buffer.concat(parts.flatMap((part) => {
		const bytes = Buffer.from(part), len = Buffer.alloc(8);
		len.writeBigUInt64BE(BigInt(bytes.length));
		return [len, bytes];
	}));
}

function checkCheck(check, thumbprint) {
	const message = framed(["shikaku-check-v1", origin, check.nonce, check.method, check.staff,
		thumbprint]);
	const certificate = new crypto.X509Certificate(Buffer.from(check.certificate, "base64"));
	assert.ok(crypto.verify("sha256", message, certificate.publicKey,
		Buffer.from(check.signature, "base64")), "the card's signature");
	if (check.method === "pin") {
		assert.equal(check.organisation_proof, undefined);
		return;
	}
	assert.equal(check.organisation_proof.profile, "simulated");
	const organisation = crypto.createPublicKey({
		key: fs.readFileSync(path.join(world, "org/organisation.pub")), format: "der", type: "spki",
	});
	assert.ok(crypto.verify("sha256", sha256(message), organisation,
		Buffer.from(check.organisation_proof.signature, "base64")), "the organisation's");
}

const tokens = {
	access_token: "token", token_type: "Bearer", expires_in: 600, refresh_handle: "handle",
	session_expires_in: 43200, account_kind: "W", facility_name: "まる接骨院",
};

function reply(request, body) {
	const said = body.length ? JSON.parse(body) : {};
	switch (request.url) {
	case "/v1/reader/activate":
		seen.thumbprint = proofCheck(request, body);
		assert.equal(said.password, PASSWORD);
		assert.equal(said.activation_code, CODE);
		return [200, { device_id: "ffeeddccbbaa99887766554433221100",
			facility_code: "1312345670", facility_name: "まる接骨院" }];
	case "/v1/reader/login":
		assert.equal(proofCheck(request, body), seen.thumbprint);
		return said.password === PASSWORD ? [200, tokens] : problem(401, "credentials_refused");
	case "/v1/password":
		assert.equal(request.headers.authorization, "Bearer token");
		if (said.old_password !== PASSWORD)
			return problem(403, "password_wrong");
		seen.password = said.new_password;
		return [200, tokens];
	case "/v1/reader/staff":
		return [200, { staff: [{ id: "sato", name: "佐藤　一" }] }];
	case "/v1/reader/nonces":
		return [200, { nonce: `nonce-${++nonce}`, origin: answer?.origin ?? origin,
			expires_in: 120 }];
	case "/v1/reader/checks":
		assert.equal(proofCheck(request, body), seen.thumbprint);
		assert.equal(said.nonce, `nonce-${nonce}`);
		checkCheck(said, seen.thumbprint);
		seen.checks++;
		return answer?.reply ?? [200, confirmation];
	default:
		return problem(404, "not_found");
	}
}

function serve(request, response) {
	const pieces = [];
	request.on("data", (piece) => pieces.push(piece));
	request.on("end", () => {
		let status = 500, body = {};
		try {
			[status, body] = reply(request, Buffer.concat(pieces));
		} catch (fault) {
			seen.fault = fault;
		}
		response.writeHead(status, { "Content-Type":
			status < 400 ? "application/json" : "application/problem+json" });
		response.end(JSON.stringify(body));
	});
}

// The service answers while the reader runs: never wait for it synchronously.
function reader(words, input = "", interrupt_ms = 0) {
	return new Promise((resolve) => {
		const child = spawn(process.env.SHIKAKU_READER,
			["--state", path.join(work, "state"), "--ca", path.join(world, "server-ca.pem"), ...words],
			{ env: { ...process.env, PCSCLITE_CSOCK_NAME: socket, HOME: work } });
		let out = "", err = "";
		child.stdout.on("data", (text) => { out += text; });
		child.stderr.on("data", (text) => { err += text; });
		child.stdin.on("error", () => {});
		child.stdin.end(input);
		if (interrupt_ms)
			setTimeout(() => child.kill("SIGINT"), interrupt_ms);
		child.on("close", (code) => resolve({ code, out, err, all: out + err }));
	});
}

const check = (words, input) => reader(["check", "--staff", "sato", "--wait", "3", ...words], input);
const byPin = (pin, ...words) => check(["--method", "pin", ...words], `${pin}\n`);
const organisation = () => ["--organisation-key", path.join(world, "org/organisation.key")];
const byFace = (...words) => check(["--method", "visual", ...organisation(), ...words]);

function card(name, ...words) {
	execFileSync(pcscd, ["card", path.join(work, "pcscd"),
		name === "-" ? "-" : path.join(world, "cards", name), ...words]);
}

before(async () => {
	if (skip)
		return;
	work = fs.mkdtempSync(path.join(os.tmpdir(), "shikaku-reader-"));
	world = path.join(work, "world");
	execFileSync(process.env.SHIKAKU_SIM_PKI, [world, "--people", "2"]);
	socket = execFileSync(pcscd, ["start", path.join(work, "pcscd")], { encoding: "utf8" }).trim();
	service = https.createServer({
		key: fs.readFileSync(path.join(world, "server.key")),
		cert: fs.readFileSync(path.join(world, "server.pem")),
	}, serve);
	await new Promise((resolve) => service.listen(0, "localhost", resolve));
	origin = `https://localhost:${service.address().port}`;
	seen = { checks: 0 };
});

after(() => {
	if (skip)
		return;
	service.close();
	service.closeAllConnections();
	spawnSync(pcscd, ["stop", path.join(work, "pcscd")]);
	fs.rmSync(work, { recursive: true });
});

test("a wrong command line is told and ends with 2", { skip }, async () => {
	assert.equal((await reader([])).code, 2);
	assert.equal((await reader(["check", "--pin", "1234"])).code, 2);
	assert.equal((await reader(["help"])).code, 0);
});

test("before the activation nothing goes", { skip }, async () => {
	const { code, err } = await reader(["staff"]);
	assert.equal(code, 5);
	assert.match(err, /まだ登録されていません/);
});

test("a device is activated with its own key, which stays where it is", { skip }, async () => {
	const { code, all } = await reader(["activate", "--service", origin, "--id", "W0000001"],
		`${PASSWORD}\n${CODE}\n`);
	assert.equal(seen.fault, undefined);
	assert.equal(code, 0, all);
	assert.match(all, /まる接骨院/);
	assert.ok(!all.includes("PRIVATE") && !all.includes(PASSWORD) && !all.includes(CODE));
	assert.equal(fs.statSync(path.join(work, "state")).mode & 0o777, 0o700);
	for (const name of fs.readdirSync(path.join(work, "state")))
		assert.equal(fs.statSync(path.join(work, "state", name)).mode & 0o777, 0o600, name);
});

test("without a login nothing goes either", { skip }, async () => {
	assert.equal((await reader(["staff"])).code, 5);
});

test("a wrong password ends with 3, the right one opens a session", { skip }, async () => {
	assert.equal((await reader(["login", "--id", "W0000001"], "something else\n")).code, 3);
	const { code, all } = await reader(["login", "--id", "W0000001"], `${PASSWORD}\n`);
	assert.equal(code, 0, all);
	const session = path.join(work, "state/session");
	assert.equal(fs.statSync(session).mode & 0o777, 0o600);
	assert.ok(!fs.readFileSync(session, "utf8").includes(PASSWORD));
});

test("a password is changed in the session, and is seen nowhere", { skip }, async () => {
	const next = "mado wo akeru asa";
	assert.equal((await reader(["password"], `something else\n${next}\n`)).code, 3);
	assert.equal((await reader(["password"], `${PASSWORD}\n`)).code, 2);
	assert.equal(seen.password, undefined);
	const { code, all } = await reader(["password"], `${PASSWORD}\n${next}\n`);
	assert.equal(seen.fault, undefined);
	assert.equal(code, 0, all);
	assert.match(all, /パスワードを変えました/);
	assert.equal(seen.password, next);
	assert.ok(!all.includes(next) && !all.includes(PASSWORD));
	assert.ok(!fs.readFileSync(path.join(work, "state/session"), "utf8").includes(next));
});

test("the staff is listed", { skip }, async () => {
	const { code, out } = await reader(["staff"]);
	assert.equal(code, 0);
	assert.equal(out, "sato\t佐藤　一\n");
});

test("an empty reader ends with 16", { skip }, async () => {
	const { code, err } = await check(["--method", "pin", "--wait", "0"], "1234\n");
	assert.equal(code, 16);
	assert.match(err, /カードが置かれていません/);
});

test("a PIN confirms, and is seen nowhere", { skip }, async () => {
	card("person-1");
	const { code, out, all } = await byPin("1234", "--trace");
	assert.equal(seen.fault, undefined);
	assert.equal(code, 0, all);
	assert.match(out, /【有効】/);
	assert.match(out, /昭和55年4月1日 \(1980-04-01\)/);
	assert.match(all, /apdu 00 20 00 98 sent=4 received=0 sw=9000/);
	assert.ok(!out.includes("1234\n") && !/apdu.*31323334/.test(all));
	assert.equal(seen.checks, 1);
});

test("the result comes as JSON when it is asked for", { skip }, async () => {
	const { code, out } = await byPin("1234", "--json");
	assert.equal(code, 0);
	assert.deepEqual(JSON.parse(out), confirmation);
});

test("the staff's word confirms without a PIN", { skip }, async () => {
	const { code, out, err } = await byFace("--face-checked");
	assert.equal(seen.fault, undefined);
	assert.equal(code, 0, err);
	assert.match(out, /【有効】/);
	assert.match(err, /模擬の特定機関認証/);
});

test("without that word no card is asked", { skip }, async () => {
	const { code, err } = await byFace("--trace");
	assert.equal(code, 2);
	assert.ok(!err.includes("apdu"));
});

test("without an organisation's key there is no 目視", { skip }, async () => {
	const { code } = await check(["--method", "visual", "--face-checked"]);
	assert.equal(code, 11);
});

test("a refusal of the service is told in its words", { skip }, async () => {
	answer = { reply: problem(403, "certificate_revoked") };
	const { code, err } = await byPin("1234");
	answer = undefined;
	assert.equal(code, 12);
	assert.match(err, /0123456789abcdef0123456789abcdef/);
});

test("another service's challenge is not signed", { skip }, async () => {
	answer = { origin: "https://other.test" };
	const { code, err } = await byPin("1234", "--trace");
	answer = undefined;
	assert.equal(code, 9);
	assert.ok(!err.includes("apdu"));
});

test("a card pulled early ends with 16 and costs no try", { skip }, async () => {
	card("person-1", "--fault", "3:drop");
	const { code, err } = await byPin("1234");
	assert.equal(code, 16);
	assert.match(err, /カードが早く離れました/);
});

test("wrong PINs: tries in words, the last one asked for, then blocked", { skip }, async () => {
	card("person-2");
	let said = await byPin("9999");
	assert.equal(said.code, 14);
	assert.match(said.err, /あと2回まちがえると/);
	said = await byPin("9999");
	assert.equal(said.code, 14);
	assert.match(said.err, /あと1回まちがえると/);
	said = await byPin("9999");
	assert.equal(said.code, 14);
	assert.match(said.err, /--last-try/);
	said = await byPin("9999", "--last-try");
	assert.equal(said.code, 15);
	said = await byPin("1234", "--last-try");
	assert.equal(said.code, 15);
	assert.match(said.err, /使えなくなっています/);
});

test("a blocked card is still confirmed by face", { skip }, async () => {
	assert.equal((await byFace("--face-checked")).code, 0);
});

test("a PIN that is none costs no try", { skip }, async () => {
	card("person-1");
	assert.equal((await byPin("12345")).code, 2);
	assert.equal((await byPin("1234")).code, 0);
});

test("waiting is left by Ctrl-C with 17", { skip }, async () => {
	card("-");
	const { code } = await reader(["check", "--staff", "sato", "--method", "pin"], "1234\n", 500);
	assert.equal(code, 17);
});

test("a service out of reach ends with 9", { skip }, async () => {
	card("person-1");
	service.close();
	service.closeAllConnections();
	assert.equal((await byPin("1234")).code, 9);
});
