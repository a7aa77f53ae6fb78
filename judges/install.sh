#!/usr/bin/env bash
# Brings what the judges need, and only what is missing: Python packages into judges/.cache/venv at the versions of
# requirements.txt, programs in Java into judges/.cache/java at those of jars.txt, and from Debian rclone, 7-Zip,
# PostgreSQL 15, a JDK and Maven. Runs again for nothing when all is there.
set -euo pipefail
cd "$(dirname "$0")"

postgres=/usr/lib/postgresql/15/bin
packages=()
python3 -c 'import ensurepip, venv' 2> /dev/null || packages+=(python3 python3-venv)
command -v rclone > /dev/null || packages+=(rclone)
command -v 7z > /dev/null || packages+=(p7zip-full)
command -v psql > /dev/null || packages+=(postgresql-client-15)
[ -x "$postgres/initdb" ] || packages+=(postgresql-15)
command -v javac > /dev/null || packages+=(default-jdk-headless)
command -v mvn > /dev/null || packages+=(maven)
if [ ${#packages[@]} -gt 0 ]; then
  if ! command -v apt-get > /dev/null || [ "$(id -u)" -ne 0 ]; then
    echo "judges: install as root: ${packages[*]}" >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  timeout 120 apt-get update --quiet=2
  if [[ " ${packages[*]} " == *" postgresql-15 "* ]]; then
    # The judge makes a cluster of its own; Debian's would only listen.
    timeout 120 apt-get install --quiet=2 --yes --no-install-recommends postgresql-common
    sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
  fi
  timeout 240 apt-get install --quiet=2 --yes --no-install-recommends "${packages[@]}"
fi

venv=.cache/venv
stamp=$venv/requirements.sha256
wanted=$(sha256sum < requirements.txt)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$wanted" ]; then
  rm -rf "$venv"
  mkdir -p .cache
  python3 -m venv "$venv"
  timeout 240 "$venv/bin/pip" install --quiet --no-deps --requirement requirements.txt
  echo "$wanted" > "$stamp"
fi

# Programs in Java, each in a folder of its own: alone, or with the whole of what it needs. Maven checks the published
# checksums.
java=.cache/java
while read -r how group name version; do
  folder=$java/$name
  [ "$(cat "$folder/version" 2> /dev/null)" = "$version" ] && continue
  rm -rf "$folder"
  mkdir -p "$folder"
  if [ "$how" = alone ]; then
    timeout 240 mvn --quiet --batch-mode --strict-checksums dependency:copy \
      -Dartifact="$group:$name:$version" -DoutputDirectory="$PWD/$folder" < /dev/null
  else
    cat > "$folder/pom.xml" << POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>judges</groupId>
  <artifactId>$name-and-all-it-needs</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>$group</groupId><artifactId>$name</artifactId><version>$version</version></dependency>
  </dependencies>
</project>
POM
    timeout 300 mvn --quiet --batch-mode --strict-checksums --file "$folder/pom.xml" dependency:copy-dependencies \
      -DoutputDirectory="$PWD/$folder" < /dev/null
  fi
  echo "$version" > "$folder/version"
done < jars.txt

# An S3 server in Go, built from its module at a fixed version, which Go checks against its checksum database.
versity=v1.8.0
if [ "$(cat .cache/go/version 2> /dev/null)" != "$versity" ]; then
  if ! command -v go > /dev/null; then
    echo "judges: install Go 1.24 or newer, for versitygw" >&2
    exit 1
  fi
  GOBIN="$PWD/.cache/go/bin" timeout 900 go install "github.com/versity/versitygw/cmd/versitygw@$versity"
  echo "$versity" > .cache/go/version
fi
