"""The tabs of one object's page, a file each; `tabs.py` lists them."""
