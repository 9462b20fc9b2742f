"""The palettes, one TOML file each; this file only makes the folder a package so that they are shipped."""
