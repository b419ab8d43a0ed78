"""What a source holds, found before anything is fitted: roles, quality, ledger, warnings."""
