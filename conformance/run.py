"""Starts `harken serve` on a free port, makes a key, and lets each driver judge the server.

One line per driver: PASS or FAIL, its name, its time. The exit status is 0 only if every driver passed, the spans that the server sent
to an OpenTelemetry collector are right, and the server ended well. The server is ended whatever happens. With --matrix: every driver with every engine behind the gateway, see matrix.py.
"""

import argparse
import concurrent.futures
import os
import signal
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "vendors"))

import matrix
import selfcheck
from collector import Collector
from drivers import BY_NAME, DRIVERS, run, transcript
from gateway import Server, ServerError

# What a driver says that heard finals and nothing before them.
NO_INTERIM = "no interim result arrived"
# Of the machine's processors, how much drivers may use together: the rest is for their peaks.
BUSY = 0.6
# They wait for most of their time, and would be waited for at the end.
LONG = ("harken/record", "harken/kill_recovery")
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def main():
    parser = argparse.ArgumentParser(prog="scripts/play conformance", description=__doc__.splitlines()[0])
    parser.add_argument("drivers", nargs="*", metavar="DRIVER",
                        help=f"which to run; without it those that `make verify` runs; there are {', '.join(BY_NAME)}")
    parser.add_argument("--harken", default=os.path.join(ROOT, ".build/release/harken"), help="the executable under test")
    parser.add_argument("--test-audio", required=True, help="folder with beckett.wav and beckett.txt")
    parser.add_argument("--all", action="store_true", help="every driver, those too that take too long for `make verify`")
    parser.add_argument("--jobs", type=int, help="drivers at a time (default: as many as the processors allow); for the matrix: engines (3; a busy machine gets fewer interims)")
    parser.add_argument("--ready-seconds", type=float, default=300, help="patience until the models are loaded (default 300)")
    parser.add_argument("--selfcheck", action="store_true", help="checks the simulators with the vendors' clients; the arguments name vendors")
    parser.add_argument("--matrix", action="store_true", help="every driver with every engine, the vendors played by simulators")
    parser.add_argument("--engine", action="append", choices=matrix.ENGINES, help="only these engines of the matrix")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME[=VALUE]", help="each simulator of the matrix has this fault")
    parser.add_argument("--fault-count", type=int, default=0, metavar="N", help="only the first N requests to each simulator suffer (default: all)")
    parser.add_argument("--cache", help="folder where the matrix keeps what the simulators hear")
    parser.add_argument("--json", metavar="FILE", help="writes the matrix there as well")
    args = parser.parse_args()
    if not os.access(args.harken, os.X_OK):
        parser.error(f"{args.harken} is not there: make build first, or name another with --harken")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if args.selfcheck:
        return selfcheck.main(args)
    unknown = [name for name in args.drivers if name not in BY_NAME]
    if unknown:
        parser.error(f"no driver is called {unknown[0]}")
    if args.matrix:
        chosen = [driver for driver in DRIVERS if driver.dialect != "Harken" and not driver.starts_gateway and not driver.name.startswith("streaming/speakers_") and (not args.drivers or driver.name in args.drivers)]
        return matrix.main(args, chosen)
    return against_local(args, [BY_NAME[name] for name in args.drivers] or [driver for driver in DRIVERS if driver.in_test or args.all])


def against_local(args, drivers):
    with tempfile.TemporaryDirectory(prefix="harken-conformance-") as folder:
        token = "Basic aGFya2VuOmNvbGxlY3Rvcg=="
        collector = Collector(token)
        server = Server(args.harken, os.path.join(folder, "data"), {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_EXPORTER_OTLP_HEADERS": "Authorization=" + token.replace(" ", "%20"),
            "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=conformance"})
        key = None

        busy = []

        def run_one(driver):
            extra = ["--harken", args.harken] if driver.starts_gateway else []
            outcome = run(driver, server.url, key, args.test_audio, folder, extra)
            # The local engine leaves interims out when the machine does not keep up with the speech.
            if outcome.problems == [NO_INTERIM] and server.effort(key, os.path.join(args.test_audio, "beckett.wav")) > 0.5:
                print(f"      {driver.name}: the machine is too busy for interims: again without them", flush=True)
                outcome = run(driver, server.url, key, args.test_audio, folder, ["--no-interim-check"])
            return outcome

        def one(driver):
            outcome = run_one(driver)
            if not outcome.passed and args.jobs is None and len(drivers) > 1 and driver.processors < (os.cpu_count() or 1):
                busy.append((driver, outcome))
                return True
            return judge(driver, outcome)

        def judge(driver, outcome):
            verdict = "SKIP" if outcome.passed and outcome.skipped else "PASS" if outcome.passed else "FAIL"
            line = f"{verdict}  {driver.name}  {outcome.skipped or format(outcome.seconds, '.1f') + ' s'}"
            print("\n      ".join([line, *outcome.problems]), flush=True)
            return outcome.passed

        try:
            server.wait_until_ready(args.ready_seconds)
            key = server.make_key()
            passed = all(side_by_side(one, drivers, args.jobs))
            # What must arrive in time is late on a busy machine: what failed beside others is judged alone.
            for driver, outcome in busy:
                print("\n      ".join([f"AGAIN {driver.name}: it failed beside others", *outcome.problems]), flush=True)
                passed = judge(driver, run_one(driver)) and passed
        except ServerError as error:
            print(f"FAIL  {error}", flush=True)
            passed = False
        finally:
            status = server.stop()
            collector.stop()
        if key and any(driver.is_live and driver.dialect != "Harken" for driver in drivers):
            problems = collector.judge(transcript(args.test_audio), secrets=[key, token])
            print("\n      ".join([f"{'FAIL' if problems else 'PASS'}  traces  {len(collector.spans)} spans", *problems[:20]]), flush=True)
            passed = passed and not problems
        if key and any(key in line for line in server.lines):
            print("FAIL  harken serve wrote the key into its log", flush=True)
            passed = False
    if status != 0:
        print(f"FAIL  harken serve ended with the status {status} after SIGTERM", flush=True)
    if not passed or status != 0:
        print("harken serve said last:\n" + "".join(server.lines[-20:]), file=sys.stderr)
    return 0 if passed and status == 0 else 1


def side_by_side(one, drivers, jobs):
    """Runs drivers side by side, the longest first, and returns their results.

    A driver begins when the processors that it needs are free, so that paced speech does not wait. With `jobs`, that number of drivers runs at a time.
    """
    free = BUSY * (os.cpu_count() or 1) if jobs is None else float(jobs)
    waiting = [(driver, min(driver.processors, free) if jobs is None else 1.0) for driver in sorted(drivers, key=lambda driver: driver.name not in LONG)]
    running, results = {}, []
    with concurrent.futures.ThreadPoolExecutor(max(1, len(drivers))) as pool:
        while waiting or running:
            for place in list(waiting):
                driver, share = place
                if share <= free + 1e-9:
                    waiting.remove(place)
                    free -= share
                    running[pool.submit(one, driver)] = share
            done, _ = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                free += running.pop(future)
                results.append(future.result())
    return results


if __name__ == "__main__":
    sys.exit(main())
