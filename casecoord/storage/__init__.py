"""What is remembered: the only importer of SQLAlchemy and cryptography."""
