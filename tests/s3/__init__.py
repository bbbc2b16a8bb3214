"""The sample show published to S3 servers by the command line, seen with a plain client and over HTTP."""
