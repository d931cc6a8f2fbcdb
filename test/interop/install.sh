#!/bin/sh
# Installs what the suite needs, each at a fixed version, into the directory
# $INTEROP_CACHE, and Debian's packages with apt-get. What is there already stays.
set -eu
cache=${INTEROP_CACHE:?}
senders=$(cd "$(dirname "$0")" && pwd)/senders
mkdir -p "$cache"

# fresh begins the directory $1 anew, unless it was made of what stands in $2.
fresh() {
	[ "$(cat "$cache/$1/.made-of" 2>/dev/null)" = "$2" ] && return 1
	echo "installing $1"
	rm -rf "${cache:?}/$1"
	mkdir -p "$cache/$1"
}
made() { echo "$2" >"$cache/$1/.made-of"; }

# Debian's packages: those whose versions are part of the suite, and tools where
# there are none.
missing=
for package in awscli python3-boto3 ruby-aws-sdk-core ruby-aws-sdk-kms ruby-aws-sdk-s3; do
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' || missing="$missing $package"
done
python=python3
if ! $python -c 'import ensurepip, venv' 2>/dev/null; then
	python=/usr/bin/python3
	$python -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
fi
command -v npm >/dev/null || missing="$missing nodejs npm"
command -v javac >/dev/null || missing="$missing default-jdk-headless"
command -v mvn >/dev/null || missing="$missing maven"
if [ -n "$missing" ]; then
	echo "installing$missing"
	export DEBIAN_FRONTEND=noninteractive
	apt-get -q update
	# shellcheck disable=SC2086 # one word a package
	apt-get -q install -y --no-install-recommends $missing
fi

for name in python awscli; do
	requirements=$senders/$name.txt
	sum=$(cksum <"$requirements")
	if fresh $name "$sum"; then
		$python -m venv "$cache/$name"
		"$cache/$name/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements"
		made $name "$sum"
	fi
done

# npm has a list of authorities of its own; those that the system trusts count too.
authorities=/etc/ssl/certs/ca-certificates.crt
[ ! -e $authorities ] || export NODE_EXTRA_CA_CERTS="${NODE_EXTRA_CA_CERTS:-$authorities}"
version=2.1693.0
if fresh javascript $version; then
	(cd "$cache/javascript" && npm install --loglevel=error --no-save --no-package-lock --no-audit --no-fund --prefix . aws-sdk@$version)
	made javascript $version
fi

sum=$(cat "$senders/java/pom.xml" "$senders/java/Sender.java" | cksum)
for version in 1.12.797 1.11.400; do
	if fresh java-$version "$sum"; then
		mvn --quiet --batch-mode --file "$senders/java/pom.xml" "-Dmaven.repo.local=$cache/maven" "-Dsdk=$version" \
			org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies "-DoutputDirectory=$cache/java-$version"
		javac -nowarn -cp "$cache/java-$version/*" -d "$cache/java-$version" "$senders/java/Sender.java"
		made java-$version "$sum"
	fi
done
