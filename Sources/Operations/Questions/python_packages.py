# Says which Python this is and which packages it finds, as one JSON document; reads their metadata and imports none of them.
import sys
# The directory that it is started in may have modules with names of Python's own.
sys.path[:] = [place for place in sys.path if place]
import json, platform
from importlib import metadata
found = {}
for d in metadata.distributions():
    name = d.metadata["Name"]
    if not name or name in found:
        continue
    link = d.read_text("direct_url.json")
    link = json.loads(link) if link else None
    if link:
        vcs = link.get("vcs_info", {})
        link = (vcs.get("vcs", "") + "+" if vcs else "") + link["url"] + ("@" + vcs["commit_id"] if vcs else "")
    found[name] = {"name": name, "version": d.version, "link": link}
print(json.dumps({
    "executable": sys.executable, "version": platform.python_version(),
    "implementation": platform.python_implementation(), "prefix": sys.prefix,
    "isVirtual": sys.prefix != sys.base_prefix, "packages": list(found.values()),
}))
