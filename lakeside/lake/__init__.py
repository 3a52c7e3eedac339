"""The lake: one class over a folder or a bucket, its layout and what its objects say."""
