"""The head of config.toml that the benches in Python share; [smtp] and what each measures come after it."""
NEWSLETTER = """[newsletter]
name = "Harbour News"
from = "Harbour News <news@news.example>"
public_url = "https://news.example"
postal_address = "1 Quay Street, Exampletown"
timezone = "Europe/Athens"
language = "en"
[store]
path = "list.db"
"""
