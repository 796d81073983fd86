"""TLS: certificates that are renewed, and clients that want little of it."""

import os
import shutil
import signal
import ssl
import subprocess

import wire
from attempt import attack, close
from speech import Speaker


def certificate(folder, name):
    """A certificate of its own for localhost; its serial number is in what a client sees."""
    key, chain = os.path.join(folder, f"{name}.key"), os.path.join(folder, f"{name}.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", chain, "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True, timeout=60)
    return chain, key


def _shown(attempt):
    """The certificate that a new connection is shown."""
    with attempt.connect(tls=wire.trusting()) as connection:
        return connection.getpeercert(binary_form=True)


@attack("hangup", "M9", shared=False)
def hangup(attempt):
    """SIGHUP to a gateway without TLS, under a live session."""
    with Speaker(attempt, attempt.owner) as speaker:
        speaker.speak(1)
        attempt.server.signal(signal.SIGHUP)
        attempt.sleep(0.5)
        if attempt.expect(attempt.server.status is None, f"SIGHUP ends the gateway: {attempt.server.status}"):
            speaker.speak(0.5)
            attempt.equal("the live session is closed with", speaker.end(), 1000)


@attack("renewed-certificate", "M9", alone=True)
def renewedcertificate(attempt):
    """SIGHUP after the certificate was renewed, after it was broken, and under a live session."""
    first, second = (certificate(attempt.folder, name) for name in ("first", "second"))
    chain, key = (os.path.join(attempt.folder, name) for name in ("chain.pem", "key.pem"))

    def install(pair):
        shutil.copy(pair[0], chain)
        shutil.copy(pair[1], key)

    install(first)
    server = attempt.start(options=("--tls-cert", chain, "--tls-key", key))
    server.wait_until_announced(60)
    before = _shown(attempt)
    with Speaker(attempt, attempt.owner, tls=wire.trusting()) as speaker:
        speaker.speak(0.5)
        install(second)
        server.signal(signal.SIGHUP)
        attempt.sleep(1)
        if not attempt.expect(server.status is None, f"SIGHUP ends the gateway: {server.status}"):
            attempt.can_end_badly = True
            return
        after = _shown(attempt)
        attempt.expect(after != before, "a new connection is shown the old certificate")
        with open(chain, "w") as file:
            file.write("not a certificate\n")
        server.signal(signal.SIGHUP)
        attempt.sleep(1)
        if attempt.expect(server.status is None, f"SIGHUP with a broken certificate ends the gateway: {server.status}"):
            attempt.expect(_shown(attempt) == after, "with a broken file the certificate that was there is not kept")
            speaker.speak(0.5)
            attempt.equal("the live session that began before is closed with", speaker.end(), 1000)


@attack("weak-ciphers", "L6", alone=True)
def weak_ciphers(attempt):
    """Clients of TLS 1.2 that offer CBC or RSA key exchange alone, and of older versions."""
    chain, key = certificate(attempt.folder, "only")
    attempt.start(options=("--tls-cert", chain, "--tls-key", key)).wait_until_announced(60)
    for cipher in ("AES128-SHA", "AES256-SHA256", "AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA384", "DHE-RSA-AES128-GCM-SHA256"):
        attempt.equal(f"TLS 1.2 with {cipher}", _agrees(attempt, cipher), None)
    attempt.equal("TLS 1.2 with ECDHE-RSA-AES128-GCM-SHA256", _agrees(attempt, "ECDHE-RSA-AES128-GCM-SHA256"), "ECDHE-RSA-AES128-GCM-SHA256")
    attempt.equal("TLS 1.1", _agrees(attempt, "ALL", ssl.TLSVersion.TLSv1_1), None)
    with attempt.connect(tls=wire.trusting()) as connection:
        attempt.equal("what a client of today gets", connection.version(), "TLSv1.3")


def _agrees(attempt, cipher, version=ssl.TLSVersion.TLSv1_2):
    """The cipher that is agreed on; None when there is no agreement."""
    context = wire.trusting(minimum_version=ssl.TLSVersion.TLSv1, maximum_version=version)
    context.set_ciphers(cipher + ":@SECLEVEL=0")
    try:
        with attempt.connect(tls=context) as connection:
            return connection.cipher()[0]
    except (ssl.SSLError, OSError):
        return None


@attack("silent-handshakes", "M7", short=False, shared=False, certificate=True)
def silent_handshakes(attempt):
    """Fifteen hundred TLS connections of 250 addresses that say nothing after their handshake, and as many that do not end it."""
    for is_whole in (True, False):
        made = []
        for number in range(1500):
            try:
                if is_whole:
                    made.append(attempt.connect(number % 250, timeout=3, tls=wire.trusting()))
                else:
                    made.append(attempt.connect(number % 250, timeout=3))
                    # The head of a record that does not come.
                    made[-1].sendall(b"\x16\x03\x01\x40\x00" + bytes(8000))
            except OSError:
                pass
        attempt.note(f"{len(made)} connections")
        attempt.sleep(1)
        close(made)
