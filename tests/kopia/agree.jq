# What kopia prints, beside what it knows.

# The place of the last digit that kopia prints: one decimal from 900 on
# (internal/units/units.go@v0.23.1).
def place: if . < 900 then 1 else 1000 * ((. / 1000) | place) end;

# Half of it: how far a printed size is from the true one, at most.
def slack: if . < 900 then 0 else 0.05 * place end;

# Whether a printed size can be that of so many bytes.
def near($bytes): . != null and (. - $bytes | fabs) <= slack + 0.001;

# Whether no value is less than the one before it.
def grows: length > 0 and all(.[]; . != null) and . == sort;

# Whether the percent of a progress record is that of its sizes: kopia printed
# one decimal of it, out of sizes that it had not rounded yet.
def percent_fits:
    (.hashedB + .cachedB) as $done
    | ((.hashedB | slack) + (.cachedB | slack)) as $slack
    | .estimatedUploadSizeB as $all
    | 100 * ($done - $slack) / ($all + ($all | slack)) - 0.051
        <= .progressPercent
      and .progressPercent
        <= 100 * ($done + $slack) / ($all - ($all | slack)) + 0.051;
