"""Steps from one version of the app's database to the next."""
