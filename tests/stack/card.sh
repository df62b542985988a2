#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The card and our card rooms through the real pcscd, and OpenSC - written by others - on the same
# card. TAP. Needs CARD_PROBE and SHIKAKU_SIM_CARD (meson sets them) and root.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
pcscd=$root/tools/pcscd.sh
: "${CARD_PROBE:?}" "${SHIKAKU_SIM_CARD:?}"
count=0
failed=0

if [ "$(id -u)" -ne 0 ]; then
	echo "1..0 # SKIP pcscd in namespaces of its own needs root"
	exit 0
fi

work=$(mktemp -d /tmp/shikaku-card-XXXXXX)
finish() {
	"$pcscd" stop "$work/pcscd"
	"$pcscd" stop "$work/second"
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

is() { # is NAME GOT WANTED
	count=$((count + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $count - $1"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $count - $1"
	printf '%s\n' "wanted: $3" "got: $2" | sed 's/^/# /'
}

has() { # has NAME TEXT PART
	case $2 in
	*"$3"*) is "$1" yes yes ;;
	*) is "$1" "$2" "… $3 …" ;;
	esac
}

hasnt() { # hasnt NAME TEXT PART
	case $2 in
	*"$3"*) is "$1" "$2" "without $3" ;;
	*) is "$1" yes yes ;;
	esac
}

# --- cards, by the openssl command: none of our code made them ---

ca_make() { # ca_make FOLDER
	mkdir -p "$1"
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$1/ca.key" -out "$1/ca.pem" -days 30 \
		-subj "/C=JP/O=JPKI-TEST/OU=JPKI for user authentication" 2>>"$work/openssl.log"
	openssl x509 -in "$1/ca.pem" -outform der -out "$1/ca.der"
}

card_make() { # card_make FOLDER SERIAL
	mkdir -p "$1"
	openssl req -newkey rsa:2048 -nodes -keyout "$1/auth.key" -out "$1/auth.csr" \
		-subj "/C=JP/CN=TESTTESTTEST01131011001A" 2>>"$work/openssl.log"
	openssl x509 -req -in "$1/auth.csr" -CA "$work/ca/ca.pem" -CAkey "$work/ca/ca.key" \
		-set_serial "$2" -days 20 -outform der -out "$1/auth.der" 2>>"$work/openssl.log"
	cp "$work/ca/ca.der" "$1/ca.der"
	cp "$work/organisation.pub" "$1/org.pub"
	printf 1234 >"$1/pin"
}

card_put() { "$pcscd" card "$work/pcscd" "$@"; } # card_put FOLDER OPTION…

probe() { # probe PIN OPTION… VERB…; the steps in one line
	local pin=$1
	shift
	"$CARD_PROBE" "$@" "$work/out" <<<"$pin" | tr '\n' ';'
}

tries_of() { cat "$1/tries" 2>/dev/null || echo 3; }

openssl genrsa -out "$work/organisation.key" 2048 2>>"$work/openssl.log"
openssl genrsa -out "$work/stranger.key" 2048 2>>"$work/openssl.log"
openssl rsa -in "$work/organisation.key" -pubout -outform der -out "$work/organisation.pub" \
	2>>"$work/openssl.log"
ca_make "$work/ca"
card_make "$work/one" 4711
card_make "$work/two" 4712
mkdir "$work/out"

# --- the reader ---

PCSCLITE_CSOCK_NAME=$work/socket
export PCSCLITE_CSOCK_NAME
is "without a service the probe says so" "$(probe 1234 flow)" \
	"wait no_service;exchanges 0;flow no_service;"
ln -s "$("$pcscd" start "$work/pcscd")" "$work/socket"
is "an empty reader times out" "$("$CARD_PROBE" wait 100)" "wait timeout"
is "a wait is cancelled from another thread" "$("$CARD_PROBE" cancel 100)" "wait cancelled"
card_put "$work/one"

# --- OpenSC on our card ---

cat >"$work/opensc.conf" <<-END
	app default {
		card_drivers = jpki;
		framework pkcs15 { use_file_caching = no; }
	}
END
is "OpenSC with all its drivers knows the card" "$(opensc-tool -n 2>/dev/null)" jpki
export OPENSC_CONF=$work/opensc.conf
objects=$(pkcs15-tool -D 2>/dev/null)
is "OpenSC lists PINs, keys and certificates" \
	"$(grep -oE '^(PIN|Private RSA Key|X.509 Certificate) \[User[^]]*\]' <<<"$objects" | tr '\n' ';')" \
	"PIN [User Authentication PIN];Private RSA Key [User Authentication Key];X.509 Certificate [User Authentication Certificate];X.509 Certificate [User Authentication Certificate CA];"
is "OpenSC sees three tries" "$(grep -m1 -oE 'Tries left +: [0-9]' <<<"$objects" | tr -d ' ')" "Triesleft:3"
pkcs15-tool --read-certificate 01 2>/dev/null | openssl x509 -outform der -out "$work/opensc.der"
is "OpenSC reads the certificate byte for byte" \
	"$(cmp "$work/opensc.der" "$work/one/auth.der" && echo same)" same
pkcs15-tool --read-certificate 03 2>/dev/null | openssl x509 -outform der -out "$work/opensc-ca.der"
is "OpenSC reads its authority's too" \
	"$(cmp "$work/opensc-ca.der" "$work/ca/ca.der" && echo same)" same
openssl x509 -in "$work/one/auth.der" -inform der -noout -pubkey >"$work/one.pub"
head -c 100 /dev/urandom >"$work/message"
pkcs11-tool --sign --id 01 -m SHA256-RSA-PKCS --login --pin 1234 -i "$work/message" \
	-o "$work/opensc.sig" >>"$work/opensc.log" 2>&1
is "OpenSC's signature is verified by openssl" \
	"$(openssl dgst -sha256 -verify "$work/one.pub" -signature "$work/opensc.sig" "$work/message")" \
	"Verified OK"
pkcs11-tool --login --pin 9999 -O >>"$work/opensc.log" 2>&1
is "OpenSC's wrong PIN costs a try" "$(tries_of "$work/one")" 2
is "OpenSC sees two tries" \
	"$(pkcs15-tool -D 2>/dev/null | grep -m1 -oE 'Tries left +: [0-9]' | tr -d ' ')" "Triesleft:2"

# --- our driver on the same ---

# SELECT, token, the certificate in pieces of 256, tries, VERIFY, SIGN.
commands=$((5 + ($(stat -c %s "$work/one/auth.der") + 255) / 256))
steps="wait done;begin done;open done;certificate done;verify done;sign done;exchanges $commands;flow done;"
is "our driver signs after a right PIN, in as few commands as there can be" "$(probe 1234 flow)" \
	"$steps"
is "a right PIN gives the tries back" "$(tries_of "$work/one")" 3
is "our driver reads the certificate byte for byte" \
	"$(cmp "$work/out/certificate.der" "$work/one/auth.der" && echo same)" same
is "our signature is verified by openssl" \
	"$(openssl pkeyutl -verify -pubin -inkey "$work/one.pub" -in "$work/out/digest" \
		-sigfile "$work/out/signature" -pkeyopt digest:sha256 | tr '\n' ' ')" \
	"Signature Verified Successfully "
is "the next program does not inherit the PIN" "$("$CARD_PROBE" peek | tail -1)" "sign pin_needed"
traced=$(probe 1234 --trace flow)
has "the trace shows VERIFY by its lengths" "$traced" "apdu 00 20 00 98 sent=4 received=0 sw=9000"
hasnt "the trace does not show the PIN" "$traced" 1234
hasnt "the trace does not show the PIN's bytes" "$traced" 31323334

is "without a PIN the trusted organisation opens the key" \
	"$(probe "" --key "$work/organisation.key" flow)" \
	"wait done;begin done;open done;certificate done;organisation done;sign done;exchanges $((commands + 1));flow done;"
has "a strange organisation does not" "$(probe "" --key "$work/stranger.key" flow)" \
	"organisation organisation_refused;"

# --- others at the same card ---

exec 7< <("$CARD_PROBE" hold 4500)
while read -r line <&7 && [ "$line" != "verify done" ]; do :; done
is "a card that another program holds is busy, in bounded time" "$(probe 1234 flow)" \
	"wait done;begin busy;exchanges 0;flow busy;"
is "and the other one was not disturbed" "$(tail -1 <&7)" "held done"
exec 7<&-
exec 7< <("$CARD_PROBE" hold 250)
while read -r line <&7 && [ "$line" != "verify done" ]; do :; done
is "a card that another program resets and leaves is taken over" "$(probe 1234 flow)" "$steps"
exec 7<&-
(for _ in 1 2 3 4 5; do opensc-tool -s 00:A4:00:00 -r 0 >/dev/null 2>&1; done) &
others=$!
for i in 1 2 3; do is "beside OpenSC, flow $i" "$(probe 1234 flow)" "$steps"; done
wait "$others"

# --- pulled, faulty and wrong cards ---

for ((index = 0; index < commands; index++)); do
		card_put "$work/one" --fault "$index:drop"
	has "pulled at command $index the card is gone" "$(probe 1234 flow)" "flow card_gone;"
done
is "a pulled card has lost no try" "$(tries_of "$work/one")" 3
card_put "$work/one" --fault '0:sw=6A82'
is "a card without the application is not this card" "$(probe 1234 flow)" \
	"wait done;begin done;open not_this_card;exchanges 1;flow not_this_card;"
card_put "$work/one" --fault '2:cut'
rm -f "$work/out/certificate.der"
has "a piece of the certificate may come short" "$(probe 1234 flow)" "flow done;"
is "and nothing of it is lost" \
	"$(cmp "$work/out/certificate.der" "$work/one/auth.der" && echo same)" same
card_put "$work/one" --fault "$((commands - 1)):spoil"
probe 1234 flow >/dev/null
hasnt "a spoilt signature is none" \
	"$(openssl pkeyutl -verify -pubin -inkey "$work/one.pub" -in "$work/out/digest" \
		-sigfile "$work/out/signature" -pkeyopt digest:sha256 2>&1)" "Verified Successfully"

# --- PIN wrong, last try, blocked ---

card_put "$work/two"
has "a wrong PIN leaves two tries" "$(probe 9999 flow)" "verify pin_wrong;tries 2;"
has "and one" "$(probe 9999 flow)" "verify pin_wrong;tries 1;"
has "the last try is not spent unasked" "$(probe 1234 flow)" "verify pin_last_try;tries 1;"
"$pcscd" card "$work/pcscd" -
is "the reader is empty again" "$("$CARD_PROBE" wait 0)" "wait timeout"
card_put "$work/two"
has "not even after the card was away" "$(probe 9999 flow)" "verify pin_last_try;tries 1;"
has "asked for, it is" "$(probe 9999 --last-try flow)" "verify pin_blocked;"
is "the card keeps it" "$(tries_of "$work/two")" 0
has "then the right PIN is too late" "$(probe 1234 --last-try flow)" "verify pin_blocked;"
is "OpenSC still knows a blocked card" \
	"$(pkcs15-tool -D 2>/dev/null | grep -m1 -oE 'Tries left +: [0-9]' | tr -d ' ')" "Triesleft:0"
has "without a PIN a blocked card still signs" "$(probe "" --key "$work/organisation.key" flow)" \
	"sign done;"

# --- the service dies and comes back ---

card_put "$work/one"
mkfifo "$work/lines"
exec 7< <("$CARD_PROBE" loop "$work/out" <"$work/lines")
exec 8>"$work/lines"
flow_next() { # the end of the next flow
	local line
	echo 1234 >&8
	while read -r line <&7; do
		case $line in flow*) echo "$line"; return ;; esac
	done
}
is "before the service dies" "$(flow_next)" "flow done"
"$pcscd" stop "$work/pcscd"
is "while it is dead" "$(flow_next)" "flow no_service"
ln -sfn "$("$pcscd" start "$work/second")" "$work/socket"
"$pcscd" card "$work/second" "$work/one"
is "after it came back, without a restart of ours" "$(flow_next)" "flow done"
exec 8>&- 7<&-

echo "1..$count"
[ "$failed" = 0 ]
