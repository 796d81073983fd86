"""An object storage on loopback: moto's server, which checks each request's signature. Prints its port, and the key of its only user.

    object_server.py PARENT

Ends when the process PARENT ends.
"""

import logging
import os
import sys
import time

import boto3
import moto.core.responses
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

BUCKETS = ("harken", "versions")


def main():
    parent = int(sys.argv[1])
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    at = {"endpoint_url": f"http://{host}:{port}", "region_name": "us-east-1", "aws_access_key_id": "none", "aws_secret_access_key": "none"}
    iam, s3 = boto3.client("iam", **at), boto3.client("s3", **at)
    iam.create_user(UserName="harken")
    policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    iam.put_user_policy(UserName="harken", PolicyName="all", PolicyDocument=policy)
    key = iam.create_access_key(UserName="harken")["AccessKey"]
    for bucket in BUCKETS:
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    # From here on, each request must be signed with the key.
    moto.core.responses.ActionAuthenticatorMixin.request_count = float("inf")
    moto.core.responses.settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
    print(f"{port} {key['AccessKeyId']} {key['SecretAccessKey']}", file=sys.stderr, flush=True)
    while os.path.exists(f"/proc/{parent}"):
        time.sleep(0.5)
    os._exit(0)


if __name__ == "__main__":
    main()
