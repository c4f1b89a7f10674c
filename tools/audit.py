"""Ask a public database whether the packages that ``make`` installs have known weaknesses.

Run as ``python -m tools.audit``, or ``make audit``. pip-audit puts the questions to OSV, the open
database of vulnerabilities. Where that cannot be reached, this is said, and it is no failure.

Exit codes: 0 nothing known, or nobody to ask; 1 a weakness is known, or the audit is blind.
"""

import argparse
import http.client
import json
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from tools.notebook_files import ROOT

SERVICE = "https://api.osv.dev/v1/query"
#: A version with long-known weaknesses: a database that does not know it answers nothing.
KNOWN_BAD = ("pillow", "9.0.0")
#: Weaknesses that cannot be mended yet, by their id, each with the reason why it does no harm here.
ACCEPTED: dict[str, str] = {}

_SECONDS_TO_WAIT = 15
_TOO_MANY_REQUESTS = 429


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.audit", description=__doc__)
    parser.add_argument("--versions", type=Path, default=ROOT / "constraints.txt")
    parser.add_argument("--service", default=SERVICE, help="where OSV's API lies")
    chosen = parser.parse_args(arguments)
    try:
        knows = _knows_known_bad(chosen.service)
    except (OSError, http.client.HTTPException) as error:
        if isinstance(error, urllib.error.HTTPError) and _is_refused(error.code):
            print(
                f"Audit: {chosen.service} refuses the question ({error}), and so it would every "
                "day. Is it the right address?"
            )
            return 1
        print(f"Audit: {chosen.service} cannot be reached ({error}), so nothing was audited.")
        return 0
    if not knows:
        print(
            f"Audit: {chosen.service} answers, but does not know of the weaknesses of "
            f"{' '.join(KNOWN_BAD)}; such a database finds nothing. Is it the right address?"
        )
        return 1
    return _audit(chosen.versions, chosen.service)


def _is_refused(status: int) -> bool:
    """Return whether an answer blames the question, rather than the service or its load."""
    return 400 <= status < 500 and status != _TOO_MANY_REQUESTS


def _knows_known_bad(service: str) -> bool:
    """Return whether a service names weaknesses of a version that is known to have some.

    Raises:
        OSError: If it cannot be reached, or answers with an error.
        HTTPException: If its answer breaks off.
    """
    name, version = KNOWN_BAD
    question = {"version": version, "package": {"name": name, "ecosystem": "PyPI"}}
    request = urllib.request.Request(
        service, json.dumps(question).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=_SECONDS_TO_WAIT) as answer:
        try:
            found = json.load(answer)
        except ValueError:  # a page of some gateway, say
            return False
    return isinstance(found, dict) and isinstance(found.get("vulns"), list) and bool(found["vulns"])


def _audit(versions: Path, service: str) -> int:
    """Print what is known of the listed versions; return 1 if it is anything."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = ["-m", "uv", "tool", "run", "--from", "pip-audit==2.10.1", "pip-audit"]
        command += ["--requirement", versions, "--no-deps", "--disable-pip", "--strict"]
        command += ["--vulnerability-service", "osv", "--osv-url", service]
        command += ["--format", "json", "--output", report, "--progress-spinner", "off"]
        command += [f"--ignore-vuln={one}" for one in ACCEPTED]
        finished = subprocess.run([sys.executable, *command], capture_output=True, text=True)
        if not report.exists():
            print(f"Audit: pip-audit failed:\n{finished.stderr.strip()}\nRun make audit again.")
            return 1
        packages = json.loads(report.read_text(encoding="utf-8"))["dependencies"]
    weak = [package for package in packages if package["vulns"]]
    for package in weak:
        for one in package["vulns"]:
            mended = ", ".join(one["fix_versions"]) or "none yet"
            print(f"{package['name']} {package['version']}: {one['id']}, mended in: {mended}")
    if weak:
        print(
            "Audit: take mended versions (make constraints, then make test). Where there is none, "
            "add the id to ACCEPTED in tools/audit.py with the reason why it does no harm here."
        )
        return 1
    print(f"Audit: {service} knows of no weakness in {len(packages)} packages.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
