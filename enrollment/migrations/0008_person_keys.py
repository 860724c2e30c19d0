import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import trial_edc.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Keys that were replaced stay, and what may be one person is a question."""

    dependencies = [
        ('casebook', '0003_number_for_ever'),
        ('enrollment', '0007_folded_hospital_numbers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='IdentityQuestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('confidentiality', models.CharField(default='identity', editable=False, max_length=10)),
                ('ground', models.CharField(choices=[('hospital_number', 'Hospital numbers that are equal or alike'), ('birth_and_sex', 'Same birth date and sex'), ('registration', 'Registered after the hospital number was refused')], max_length=15)),
                ('asked_at', models.DateTimeField(default=trial_edc.clock.now)),
                ('answer', models.CharField(blank=True, choices=[('same', 'One and the same person'), ('different', 'Two persons')], max_length=9)),
                ('reason', models.TextField(blank=True)),
                ('meaning', models.TextField(blank=True)),
                ('signer_name', models.CharField(blank=True, max_length=200)),
                ('signer_role', models.CharField(blank=True, choices=[('CO', 'Coordinator'), ('IN', 'Investigator'), ('PI', 'Principal investigator'), ('BN', 'Bedside nurse'), ('MO', 'Monitor'), ('DM', 'Data manager'), ('BR', 'Blinded reader'), ('UP', 'Unblinded pharmacist'), ('PN', 'Product nurse'), ('UM', 'Unblinded monitor'), ('LC', 'List custodian'), ('US', 'Unblinded statistician'), ('SO', 'Safety officer'), ('AD', 'Administrator')], max_length=2)),
                ('at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ('id',),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RefusedRegistration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('confidentiality', models.CharField(default='identity', editable=False, max_length=10)),
                ('client_key', models.UUIDField(null=True)),
                ('age_years', models.PositiveSmallIntegerField(null=True)),
                ('sex', models.CharField(blank=True, choices=[('F', 'Female'), ('M', 'Male')], max_length=1)),
                ('refused_at', models.DateTimeField(default=trial_edc.clock.now)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='personkey',
            name='replaced_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='personkey',
            name='similar',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), default=list, size=None),
        ),
        migrations.AlterField(
            model_name='personkey',
            name='digest',
            field=models.CharField(max_length=64),
        ),
        migrations.AlterField(
            model_name='personkey',
            name='participant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casebook.participant'),
        ),
        migrations.AddConstraint(
            model_name='personkey',
            constraint=models.UniqueConstraint(condition=models.Q(('replaced_at', None)), fields=('digest',), name='one_person_a_key'),
        ),
        migrations.AddConstraint(
            model_name='personkey',
            constraint=models.UniqueConstraint(condition=models.Q(('replaced_at', None)), fields=('participant',), name='one_key_a_person'),
        ),
        migrations.AddField(
            model_name='identityquestion',
            name='earlier',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casebook.participant'),
        ),
        migrations.AddField(
            model_name='identityquestion',
            name='participant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casebook.participant'),
        ),
        migrations.AddField(
            model_name='identityquestion',
            name='signer',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='refusedregistration',
            name='participant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casebook.participant'),
        ),
        migrations.AddConstraint(
            model_name='identityquestion',
            constraint=models.UniqueConstraint(fields=('participant', 'earlier', 'ground'), name='one_question_a_ground'),
        ),
        migrations.AddConstraint(
            model_name='identityquestion',
            constraint=models.CheckConstraint(condition=models.Q(('participant__gt', models.F('earlier'))), name='later_than_the_other'),
        ),
        migrations.AddConstraint(
            model_name='identityquestion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('at', None), ('reason', ''), ('signer', None)), models.Q(('at__isnull', False), ('signer__isnull', False), models.Q(('answer', ''), _negated=True), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='answer_is_signed'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='identityquestion',
            trigger=pgtrigger.compiler.Trigger(name='record', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            PERFORM audit_record(\n                'row', TG_TABLE_NAME, TG_OP, OLD, NEW, '{}'\n            );\n            RETURN NULL;\n        ", hash='d96426c1f8993b6fc71cac85b437fbd10b986121', operation='INSERT OR UPDATE', pgid='pgtrigger_record_88a7f', table='enrollment_identityquestion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='identityquestion',
            trigger=pgtrigger.compiler.Trigger(name='refuse_removal', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        RAISE EXCEPTION 'Rows of % are never removed.', TG_TABLE_NAME\n        USING ERRCODE = 'AU003';\n    ", hash='f126c1677bb815cfc4814ff758ddc82c2ae24575', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_refuse_removal_16492', table='enrollment_identityquestion', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='refusedregistration',
            trigger=pgtrigger.compiler.Trigger(name='record', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            PERFORM audit_record(\n                'row', TG_TABLE_NAME, TG_OP, OLD, NEW, '{}'\n            );\n            RETURN NULL;\n        ", hash='7323b54a460af51e6b8c85ed2e5246f563e94a98', operation='INSERT OR UPDATE', pgid='pgtrigger_record_b626e', table='enrollment_refusedregistration', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='refusedregistration',
            trigger=pgtrigger.compiler.Trigger(name='refuse_removal', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        RAISE EXCEPTION 'Rows of % are never removed.', TG_TABLE_NAME\n        USING ERRCODE = 'AU003';\n    ", hash='0bcc1042dac7d825d30c49e391d7e573bdc1c430', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_refuse_removal_04023', table='enrollment_refusedregistration', when='BEFORE')),
        ),
    ]
